/* What the resolutions of one request are expected to cost; the formulas stand in docs/policy.md. */
#include "kernel.h"

/* A table as model/policy_costs.py makes it: share of the amount, then fixed fen, each (7, 6) resolutions by
 * fault labels. */
enum { N_COSTS = N_RESOLUTIONS * N_FAULTS };

typedef struct {
    const double *table;
    double amount, fault[N_FAULTS];
} Case;

static double cost(const Case *c, Py_ssize_t row, int fault)
{
    Py_ssize_t at = row * N_FAULTS + fault;
    return c->table[at] * c->amount + c->table[N_COSTS + at];
}

/* Read (table, amount, fault probabilities); -1 with an exception where they are none. */
static int read_case(Case *c, PyObject *table, PyObject *amount, PyObject *fault)
{
    if (!PyBytes_Check(table) || PyBytes_GET_SIZE(table) != 2 * N_COSTS * (Py_ssize_t)sizeof(double) ||
        !PyList_Check(fault) || PyList_GET_SIZE(fault) != N_FAULTS) {
        PyErr_SetString(PyExc_TypeError, "want a cost table, an amount and six probabilities");
        return -1;
    }
    c->table = (const double *)PyBytes_AS_STRING(table);
    c->amount = PyFloat_AsDouble(amount);
    for (int i = 0; i < N_FAULTS; i++)
        c->fault[i] = PyFloat_AsDouble(PyList_GET_ITEM(fault, i));
    return PyErr_Occurred() ? -1 : 0;
}

/* settle(table, amount, fault) -> seven expected costs, where the buyer is content with the resolution. */
PyObject *settle(PyObject *module, PyObject *const *args, Py_ssize_t n_args)
{
    (void)module;
    Case c;
    if (n_args != 3)
        return PyErr_Format(PyExc_TypeError, "settle takes a table, an amount and probabilities");
    if (read_case(&c, args[0], args[1], args[2]) < 0)
        return NULL;
    PyObject *settled = PyList_New(N_RESOLUTIONS);
    for (int row = 0; settled && row < N_RESOLUTIONS; row++) {
        double expected = 0.0;
        for (int fault = 0; fault < N_FAULTS; fault++)
            expected += c.fault[fault] * cost(&c, row, fault);
        PyObject *number = PyFloat_FromDouble(expected);
        if (!number)
            Py_CLEAR(settled);
        else
            PyList_SET_ITEM(settled, row, number);
    }
    return settled;
}

/* regret(table, amount, fault, added, allowed) -> how much more the first of `allowed` is expected to cost than
 * what would be cheapest among them, were the fault known; `added` is on top of each row's cost. */
PyObject *regret(PyObject *module, PyObject *const *args, Py_ssize_t n_args)
{
    (void)module;
    Case c;
    if (n_args != 5 || !PyList_Check(args[3]) || PyList_GET_SIZE(args[3]) != N_RESOLUTIONS ||
        !PyList_Check(args[4]) || PyList_GET_SIZE(args[4]) > N_RESOLUTIONS)
        return PyErr_Format(PyExc_TypeError, "regret takes a table, an amount, probabilities and two lists");
    if (read_case(&c, args[0], args[1], args[2]) < 0)
        return NULL;
    double added[N_RESOLUTIONS] = {0}, total = 0.0;
    Py_ssize_t rows[N_RESOLUTIONS] = {0}, n = PyList_GET_SIZE(args[4]);
    for (int i = 0; i < N_RESOLUTIONS; i++)
        added[i] = PyFloat_AsDouble(PyList_GET_ITEM(args[3], i));
    for (Py_ssize_t i = 0; i < n; i++) {
        rows[i] = PyLong_AsSsize_t(PyList_GET_ITEM(args[4], i));
        if (!PyErr_Occurred() && (rows[i] < 0 || rows[i] >= N_RESOLUTIONS))
            PyErr_SetString(PyExc_IndexError, "no such resolution");
        if (PyErr_Occurred())
            return NULL;
    }
    for (int fault = 0; n && fault < N_FAULTS; fault++) {
        double first = cost(&c, rows[0], fault) + added[rows[0]], least = first;
        for (Py_ssize_t i = 1; i < n; i++) {
            double other = cost(&c, rows[i], fault) + added[rows[i]];
            least = other < least ? other : least;
        }
        total += c.fault[fault] * (first - least);
    }
    return PyErr_Occurred() ? NULL : PyFloat_FromDouble(total);
}
