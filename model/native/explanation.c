/* Each word's share of a logit, and the largest of many shares. */
#include "linear.h"

#include <math.h>

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

enum { MOST_NAMES = 64 };

/* Keep the `n` largest magnitudes seen so far, largest first. */
static void keep_largest(double *largest, Py_ssize_t n, double magnitude)
{
    for (Py_ssize_t i = n; i > 0 && !(largest[i - 1] >= magnitude); i--) {
        if (i < n)
            largest[i] = largest[i - 1];
        largest[i - 1] = magnitude;
    }
}

static int add_strong(PyObject *strong, PyObject *weights, double least)
{
    PyObject *key, *weight;
    Py_ssize_t place = 0;
    while (PyDict_Next(weights, &place, &key, &weight)) {
        if (!(fabs(PyFloat_AS_DOUBLE(weight)) >= least))
            continue;
        PyObject *part = PyTuple_Pack(2, key, weight);
        int failed = !part || PyList_Append(strong, part) < 0;
        Py_XDECREF(part);
        if (failed)
            return -1;
    }
    return 0;
}

/* strongest(dicts, n, tie) -> one list for each dict, of its (key, weight) whose magnitude is among the `n` largest of
 * all, or less than `tie` below the last of them. The dicts of a tuple hold floats. */
PyObject *strongest(PyObject *module, PyObject *const *args, Py_ssize_t n_args)
{
    (void)module;
    if (n_args != 3 || !PyTuple_Check(args[0]))
        return PyErr_Format(PyExc_TypeError, "strongest takes a tuple of dicts, a number and a tie");
    double largest[MOST_NAMES];
    Py_ssize_t n = PyLong_AsSsize_t(args[1]);
    if (PyErr_Occurred())
        return NULL;
    double tie = PyFloat_AsDouble(args[2]);
    if (PyErr_Occurred())
        return NULL;
    if (n < 1 || n > MOST_NAMES)
        return PyErr_Format(PyExc_ValueError, "between 1 and %d names", MOST_NAMES);
    for (Py_ssize_t i = 0; i < n; i++)
        largest[i] = 0.0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args[0]); i++) {
        PyObject *weights = PyTuple_GET_ITEM(args[0], i), *key, *weight;
        if (!PyDict_Check(weights))
            return PyErr_Format(PyExc_TypeError, "strongest takes dicts");
        for (Py_ssize_t place = 0; PyDict_Next(weights, &place, &key, &weight);) {
            if (!PyFloat_CheckExact(weight))
                return PyErr_Format(PyExc_TypeError, "a weight is no float");
            keep_largest(largest, n, fabs(PyFloat_AS_DOUBLE(weight)));
        }
    }
    PyObject *lists = PyTuple_New(PyTuple_GET_SIZE(args[0]));
    for (Py_ssize_t i = 0; lists && i < PyTuple_GET_SIZE(args[0]); i++) {
        PyObject *strong = PyList_New(0);
        if (strong)
            PyTuple_SET_ITEM(lists, i, strong);
        if (!strong || add_strong(strong, PyTuple_GET_ITEM(args[0], i), largest[n - 1] - tie) < 0)
            Py_CLEAR(lists);
    }
    return lists;
}
