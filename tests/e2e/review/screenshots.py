"""make screenshots: list, case, reports, phone; filled through the API with texts of our own."""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parent))
from service import PASSWORD, Service, running

from serving.database import make_engine
from serving.settings import Settings

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"

TEXTS = [
    ("锅盖把手一拧就掉了 才用第二次", 12900, "SKU-8812"),
    ("外箱整个塌了 里面三个碗碎了两个 拍了照", 8900, "SKU-2207"),
    ("订的是米白色 发来一条灰的 快过节了很着急", 23900, "SKU-3391"),
    ("买之前没看尺寸 摆不下 想退", 45900, "SKU-5120"),
    ("耳机左边完全没声音 换了手机也一样", 29900, "SKU-8812"),
    ("物流停在中转站八天了 到底丢没丢", 6800, "SKU-7710"),
    ("穿出去玩了一个星期说不合适 不给退我就写差评", 35900, "SKU-3391"),
    ("少了一包螺丝 桌腿装不上去", 18800, "SKU-5120"),
    ("保温杯盖子漏水 包里的文件全湿了", 7900, "SKU-8812"),
    ("还行吧", 1900, "SKU-7710"),
]


def requests(now: datetime) -> list[dict[str, Any]]:
    """Sixty requests around ten texts, with orders as different as real ones."""
    made = []
    for number in range(60):
        words, amount, sku = TEXTS[number % len(TEXTS)]
        made.append(
            {
                "refund_id": f"TB2026{number:06}",
                "text": words + ["", "！", "，麻烦尽快", "，谢谢", "。。", "？"][number // len(TEXTS)],
                "refund_amount_fen": amount + number * 10,
                "order_amount_fen": amount + number * 10 + 500,
                "service_type": ["refund_only", "return_and_refund", "exchange"][number % 3],
                "goods_received": number % 5 != 0,
                "logistics_status": "delivered" if number % 5 else "in_transit",
                "evidence_count": number % 4,
                "days_since_delivery": number % 9,
                "platform": ["taobao", "tmall", "jd", "wechat", "douyin"][number % 5],
                "product_category": ["家居", "餐具", "家纺", "家具", "数码"][number % 5],
                "respond_by": (now + timedelta(minutes=35 * number - 90)).isoformat(),
                "sku_id": sku,
                "courier": ["中通", "圆通", "顺丰"][number % 3],
                "shop_id": ["旗舰店", "专营店"][number % 2],
            }
        )
    return made


def fill(service: Service) -> None:
    """Send the requests, then let two people decide some of them."""
    with httpx.Client(base_url=service.url, trust_env=False, timeout=60) as client:
        client.post("/v1/triage/batch", json={"requests": requests(datetime.now(UTC))}).raise_for_status()
        for number in range(14):
            reviewer = ["xiaoli", "laowang"][number % 2]
            case = client.post("/v1/reviews/claim", json={"reviewer": reviewer}).json()
            fault = case["triage"]["fault"]["category"] or "quality"
            if number % 5 == 0:
                fault = "buyer_error"
            body = {"reviewer": reviewer, "fault": fault, "resolution": "return_and_refund"}
            body |= {"note": "照片清楚", "seconds_spent": 6 + number % 7}
            client.post(f"/v1/reviews/{case['review_id']}/verdict", json=body).raise_for_status()


def spread_over_weeks(service: Service) -> None:
    """Move half of the cases into past weeks: a report of one day would show one bar."""
    engine = make_engine(Settings(home=service.home).url)
    with engine.begin() as connection:
        for week in range(1, 7):
            for table in ("triages", "reviews"):
                statement = f"UPDATE {table} SET created_at = :at WHERE refund_id LIKE :some"  # noqa: S608
                at = datetime.now(UTC) - timedelta(weeks=week)
                some = f"%{week}" if week % 2 else f"%{week}_"
                connection.execute(
                    text(statement), {"at": at.replace(tzinfo=None).isoformat(" "), "some": some}
                )
    engine.dispose()


def shoot(service: Service) -> None:
    """Take the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(f"{service.url}/review")
        page.fill("[name=name]", "xiaoli")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{service.url}/review")
        page.screenshot(path=FOLDER / "list.png")
        page.locator("tr:has(meter) a").first.click()
        page.keyboard.press("Enter")
        page.wait_for_selector("#verdict")
        page.keyboard.press("1")
        page.screenshot(path=FOLDER / "case.png", full_page=True)
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=FOLDER / "case-phone.png", full_page=True)
        page.goto(f"{service.url}/review")
        page.screenshot(path=FOLDER / "list-phone.png")
        page.set_viewport_size({"width": 1280, "height": 860})
        page.goto(f"{service.url}/review/reports")
        page.screenshot(path=FOLDER / "reports.png", full_page=True)
        page.click("#language")
        page.goto(f"{service.url}/review")
        page.screenshot(path=FOLDER / "list-english.png")
        browser.close()


def main() -> None:
    """Make all pictures from nothing but the champion in the models folder named on the command line."""
    models = Path(sys.argv[1]).resolve()
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "home", models, audit_share="0.5") as service,
    ):
        service.add_user("xiaoli")
        fill(service)
        spread_over_weeks(service)
        shoot(service)
    print(f"✓ {FOLDER}")  # noqa: T201


if __name__ == "__main__":
    main()
