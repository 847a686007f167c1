/* From the words and characters of a text to rows of the table, counts and weights. */
#include "grams.h"

#include <math.h>
#include <string.h>

enum { BITS = 21, LINE = 64 }; /* of a code point (model/ngrams.py); of a line of cache, in bytes */

/* A word's key is a hash, taken on from code point to code point, so a pair's key goes on from its first
 * word's. Two words of a vocabulary with one key are refused when the table is made; that an unseen word has
 * a known one's key happens once in 10^14 look-ups. */
static uint64_t hash_on(uint64_t hash, Py_UCS4 point) { return mix(hash + point + 1) * 0x9e3779b97f4a7c15u; }

static uint64_t hash_points(uint64_t hash, const Py_UCS4 *from, const Py_UCS4 *to)
{
    while (from < to)
        hash = hash_on(hash, *from++);
    return hash;
}

static uint64_t hash_str(PyObject *word)
{
    uint64_t hash = 0;
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(word); i++)
        hash = hash_on(hash, PyUnicode_READ_CHAR(word, i));
    return hash;
}

static int64_t index_find(const Index *index, const Row *rows, uint64_t key, uint64_t mixed)
{
    for (uint64_t at = mixed & index->mask;; at = (at + 1) & index->mask) {
        uint64_t slot = index->slots[at];
        if (!slot)
            return UNSEEN;
        int64_t row = (int64_t)(slot & 0xffffffff) - 1;
        if (slot >> 32 == mixed >> 32 && rows[row].key == key)
            return row;
    }
}

static int index_make(Index *index, const Row *rows, Py_ssize_t first, Py_ssize_t n)
{
    uint64_t size = 64;
    while (size * 2 < (uint64_t)n * 3)
        size *= 2;
    index->mask = size - 1;
    index->slots = PyMem_RawCalloc(size, sizeof(uint64_t));
    if (!index->slots) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t row = first; row < first + n; row++) {
        uint64_t key = rows[row].key, mixed = mix(key), at = mixed & index->mask;
        if (index_find(index, rows, key, mixed) != UNSEEN) {
            PyErr_SetString(PyExc_ValueError, "two n-grams have the same key");
            return -1;
        }
        while (index->slots[at])
            at = (at + 1) & index->mask;
        index->slots[at] = mixed >> 32 << 32 | (uint64_t)(row + 1);
    }
    return 0;
}

int grams_make(Grams *grams, PyObject *words, const int64_t *char_keys, Py_ssize_t n_chars,
               const double *coefficients, const double *squared_idf)
{
    Py_ssize_t n_words = PyList_GET_SIZE(words), n = n_words + n_chars;
    grams->n_words = n_words;
    grams->n_chars = n_chars;
    grams->rows_memory = PyMem_RawCalloc(1, n * sizeof(Row) + LINE);
    if (!grams->rows_memory) {
        PyErr_NoMemory();
        return -1;
    }
    grams->rows = (Row *)(((uintptr_t)grams->rows_memory + LINE - 1) & ~(uintptr_t)(LINE - 1));
    for (Py_ssize_t i = 0; i < n; i++) {
        Row *row = &grams->rows[i];
        memcpy(row->coefficients, coefficients + i * N_LOGITS, sizeof row->coefficients);
        row->squared_idf = squared_idf[i];
        if (i < n_words && !PyUnicode_Check(PyList_GET_ITEM(words, i))) {
            PyErr_SetString(PyExc_TypeError, "a word is no text");
            return -1;
        }
        row->key = i < n_words ? hash_str(PyList_GET_ITEM(words, i)) : (uint64_t)char_keys[i - n_words];
    }
    if (index_make(&grams->words, grams->rows, 0, n_words) < 0)
        return -1;
    return index_make(&grams->chars, grams->rows, n_words, n_chars);
}

void grams_free(Grams *grams)
{
    PyMem_RawFree(grams->rows_memory);
    PyMem_RawFree(grams->words.slots);
    PyMem_RawFree(grams->chars.slots);
}

/* Write the key of every n-gram of the text in its order. */
static void write_keys(const Words *w, uint64_t *keys)
{
    const Py_UCS4 *points = w->points;
    uint64_t *word = keys, *pair = keys + w->n_words;
    for (Py_ssize_t i = 0; i < w->n_words; i++) {
        *word = hash_points(0, points + w->starts[i], points + w->ends[i]);
        if (i) /* "a b" goes on from a */
            *pair++ = hash_points(hash_on(word[-1], ' '), points + w->starts[i], points + w->ends[i]);
        word++;
    }
    uint64_t *one = keys + words_n_grams(w), *two = one + w->n_points;
    uint64_t *three = two + (w->n_points ? w->n_points - 1 : 0);
    for (Py_ssize_t i = 0; i < w->n_points; i++) {
        uint64_t key = (uint64_t)(points[i] + 1) << 2 * BITS;
        *one++ = key;
        if (i + 1 < w->n_points)
            *two++ = key |= (uint64_t)(points[i + 1] + 1) << BITS;
        if (i + 2 < w->n_points)
            *three++ = key | (uint64_t)(points[i + 2] + 1);
    }
}

/* Look every key up. First all slots are asked for, then all rows, so that their ways to the cache overlap. */
static void look_up(const Grams *grams, const uint64_t *keys, const Found *found, uint64_t *mixed)
{
    for (Py_ssize_t i = 0; i < found->n; i++) {
        const Index *index = i < found->n_words ? &grams->words : &grams->chars;
        mixed[i] = mix(keys[i]);
        __builtin_prefetch(&index->slots[mixed[i] & index->mask]);
    }
    for (Py_ssize_t i = 0; i < found->n; i++) {
        const Index *index = i < found->n_words ? &grams->words : &grams->chars;
        uint64_t slot = index->slots[mixed[i] & index->mask];
        if (slot) { /* most often the right row */
            const Row *row = &grams->rows[(slot & 0xffffffff) - 1];
            __builtin_prefetch(row);
            __builtin_prefetch((const char *)row + LINE);
        }
    }
    for (Py_ssize_t i = 0; i < found->n; i++)
        found->rows[i] = index_find(i < found->n_words ? &grams->words : &grams->chars, grams->rows, keys[i],
                                    mixed[i]);
}

/* Count how often each row occurs: a table of row and count, twice as large as there are n-grams. */
static int count(const Found *found)
{
    uint64_t size = 16, *seen;
    while (size < 2 * (uint64_t)found->n)
        size *= 2;
    uint32_t *places = PyMem_New(uint32_t, found->n + 1);
    seen = PyMem_Calloc(size, sizeof(uint64_t)); /* row + 1 above the count */
    if (!places || !seen) {
        PyMem_Free(places);
        PyMem_Free(seen);
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < found->n; i++) {
        if (found->rows[i] == UNSEEN)
            continue;
        uint64_t row = (uint64_t)found->rows[i] + 1, at = mix(row) & (size - 1);
        while (seen[at] && seen[at] >> 32 != row)
            at = (at + 1) & (size - 1);
        seen[at] = row << 32 | ((seen[at] & 0xffffffff) + 1);
        places[i] = (uint32_t)at;
    }
    for (Py_ssize_t i = 0; i < found->n; i++)
        found->counts[i] = found->rows[i] == UNSEEN ? 0.0 : (double)(seen[places[i]] & 0xffffffff);
    PyMem_Free(places);
    PyMem_Free(seen);
    return 0;
}

/* Weigh the n-grams of one block, i.e. the words or the characters: sublinear counts over the square root of the
 * block's l2 norm (SquareRootNorm in model/features.py). */
static void weigh(const Grams *grams, const Found *found, Py_ssize_t from, Py_ssize_t to)
{
    double squares = 0.0;
    for (Py_ssize_t i = from; i < to; i++) {
        double n = found->counts[i], sublinear = n > 1.0 ? 1.0 + log(n) : 1.0;
        if (n == 0.0) {
            found->weights[i] = 0.0;
            continue;
        }
        found->weights[i] = sublinear / n;
        squares += sublinear * sublinear / n * grams->rows[found->rows[i]].squared_idf;
    }
    double divisor = sqrt(sqrt(squares));
    for (Py_ssize_t i = from; divisor > 0.0 && i < to; i++)
        found->weights[i] /= divisor;
}

/* Fill `found`, whose arrays the caller has made; -1 with an exception where memory is short. */
int grams_find(const Grams *grams, const Words *words, Found *found)
{
    uint64_t *keys = PyMem_New(uint64_t, 2 * found->n + 1);
    if (!keys) {
        PyErr_NoMemory();
        return -1;
    }
    write_keys(words, keys);
    look_up(grams, keys, found, keys + found->n);
    PyMem_Free(keys);
    if (count(found) < 0)
        return -1;
    weigh(grams, found, 0, found->n_words);
    weigh(grams, found, found->n_words, found->n);
    return 0;
}
