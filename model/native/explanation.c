/* Each word's share of a logit. */
#include "linear.h"

/* Spread what an n-gram added evenly over the characters it covers. */
static void spread(double *by_character, Py_ssize_t from, Py_ssize_t to, double added)
{
    for (Py_ssize_t i = from; i < to; i++)
        by_character[i] += added / (double)(to - from);
}

static double added_by(const Grams *grams, const int64_t *rows, const double *weights, Py_ssize_t i,
                       Py_ssize_t column)
{
    return rows[i] == UNSEEN ? 0.0 : weights[i] * grams->rows[rows[i]].coefficients[column];
}

static void spread_all(double *by_character, const Grams *grams, const Words *w, const int64_t *rows,
                       const double *weights, Py_ssize_t column)
{
    Py_ssize_t i = 0;
    for (Py_ssize_t word = 0; word < w->n_words; word++, i++)
        spread(by_character, w->starts[word], w->ends[word], added_by(grams, rows, weights, i, column));
    for (Py_ssize_t word = 1; word < w->n_words; word++, i++)
        spread(by_character, w->starts[word - 1], w->ends[word], added_by(grams, rows, weights, i, column));
    for (Py_ssize_t size = 1; size <= 3; size++)
        for (Py_ssize_t at = 0; at + size <= w->n_points; at++, i++)
            spread(by_character, at, at + size, added_by(grams, rows, weights, i, column));
}

/* Return a dict from each distinct word to what it added to the logit of `column`; the blank behind a word
 * counts as its last character, so nothing is lost. `rows` and `weights` are those of this text. */
PyObject *weights_by_word(const Grams *grams, const Words *words, PyObject *list, const int64_t *rows,
                          const double *weights, Py_ssize_t column)
{
    double *by_character = PyMem_Calloc(words->n_points + 1, sizeof(double));
    PyObject *totals = by_character ? PyDict_New() : PyErr_NoMemory();
    if (totals)
        spread_all(by_character, grams, words, rows, weights, column);
    for (Py_ssize_t word = 0; totals && word < words->n_words; word++) {
        PyObject *name = PyList_GET_ITEM(list, word), *before = PyDict_GetItemWithError(totals, name);
        double total = before ? PyFloat_AS_DOUBLE(before) : 0.0;
        Py_ssize_t next = word + 1 < words->n_words ? words->starts[word + 1] : words->n_points;
        for (Py_ssize_t at = words->starts[word]; at < next; at++)
            total += by_character[at];
        PyObject *value = PyErr_Occurred() ? NULL : PyFloat_FromDouble(total);
        if (!value || PyDict_SetItem(totals, name, value) < 0)
            Py_CLEAR(totals);
        Py_XDECREF(value);
    }
    PyMem_Free(by_character);
    return totals;
}
