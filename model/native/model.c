/* `Model`: the compiled model as a Python object. */
#include "linear.h"

#include <string.h>

enum { MOST_ROWS = 1 << 28 }; /* so that no size overflows; the index has 32 bits for a row */

typedef struct {
    PyObject_HEAD
    Grams grams;
    Linear linear;
} Model;

/* The numbers of a buffer; NULL with an exception unless it holds `n` of 8 bytes in C order. */
static const void *numbers(PyObject *object, Py_buffer *view, Py_ssize_t n)
{
    if (PyObject_GetBuffer(object, view, PyBUF_C_CONTIGUOUS) < 0)
        return NULL;
    if (view->len == n * 8)
        return view->buf;
    PyErr_Format(PyExc_ValueError, "want %zd numbers of 8 bytes, got %zd bytes", n, view->len);
    return NULL;
}

static int read_linear(Linear *linear, const double *const parts[4])
{
    Py_ssize_t sizes[4] = {linear->n_concepts * N_LOGITS, linear->n_fields * N_LOGITS,
                           N_FAULTS * N_RESOLUTIONS, N_LOGITS};
    const double **targets[4] = {&linear->concept, &linear->field, &linear->by_fault, &linear->intercept};
    double *to = PyMem_RawMalloc((sizes[0] + sizes[1] + sizes[2] + sizes[3]) * sizeof(double));
    linear->memory = to;
    if (!to) {
        PyErr_NoMemory();
        return -1;
    }
    for (int i = 0; i < 4; to += sizes[i++]) {
        memcpy(to, parts[i], sizes[i] * sizeof(double));
        *targets[i] = to;
    }
    return 0;
}

/* Model(words, n_chars, char_keys, gram, squared_idf, n_concepts, concept, n_fields, field, by_fault, intercept,
 *       field_bound, fault_inverse_temperature, resolution_inverse_temperature); arrays as in model/compiled.py */
static PyObject *model_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    (void)keywords;
    PyObject *words, *arrays[7];
    Py_ssize_t n_chars, n_concepts, n_fields;
    double bound, fault, resolution;
    if (!PyArg_ParseTuple(args, "O!nOOOnOnOOOddd", &PyList_Type, &words, &n_chars, &arrays[0], &arrays[1],
                          &arrays[2], &n_concepts, &arrays[3], &n_fields, &arrays[4], &arrays[5], &arrays[6],
                          &bound, &fault, &resolution))
        return NULL;
    if (n_chars < 0 || n_concepts < 0 || n_fields < 0 || n_chars > MOST_ROWS || n_concepts > MOST_ROWS ||
        n_fields > MOST_ROWS || PyList_GET_SIZE(words) > MOST_ROWS)
        return PyErr_Format(PyExc_ValueError, "no such number of rows");
    Model *self = (Model *)type->tp_alloc(type, 0); /* all zero */
    if (!self)
        return NULL;
    self->linear.n_concepts = n_concepts;
    self->linear.n_fields = n_fields;
    self->linear.field_bound = bound;
    self->linear.fault_inverse_temperature = fault;
    self->linear.resolution_inverse_temperature = resolution;
    Py_ssize_t n_grams = PyList_GET_SIZE(words) + n_chars;
    Py_ssize_t sizes[7] = {n_chars, n_grams * N_LOGITS, n_grams, n_concepts * N_LOGITS, n_fields * N_LOGITS,
                           N_FAULTS * N_RESOLUTIONS, N_LOGITS};
    Py_buffer views[7] = {{0}};
    const void *data[7];
    int made = 0;
    while (made < 7 && (data[made] = numbers(arrays[made], &views[made], sizes[made])))
        made++;
    if (made < 7 || grams_make(&self->grams, words, data[0], n_chars, data[1], data[2]) < 0 ||
        read_linear(&self->linear, (const double *const *)&data[3]) < 0)
        Py_CLEAR(self);
    for (int i = 0; i < 7; i++)
        PyBuffer_Release(&views[i]); /* does nothing to one that was never filled */
    return (PyObject *)self;
}

static void model_dealloc(Model *self)
{
    PyTypeObject *type = Py_TYPE(self);
    grams_free(&self->grams);
    PyMem_RawFree(self->linear.memory);
    type->tp_free(self);
    Py_DECREF(type);
}

/* Share of the pairs of characters that training has seen, 0-1. */
static double familiarity(const Found *found)
{
    Py_ssize_t n = found->n_points - 1, seen = 0;
    for (Py_ssize_t i = 0; i < n; i++)
        seen += found->rows[found->n_words + found->n_points + i] != UNSEEN;
    return n > 0 ? (double)seen / (double)n : 0.0;
}

static PyObject *list_of(const double *values, Py_ssize_t n)
{
    PyObject *list = PyList_New(n);
    for (Py_ssize_t i = 0; list && i < n; i++) {
        PyObject *value = PyFloat_FromDouble(values[i]);
        if (value)
            PyList_SET_ITEM(list, i, value);
        else
            Py_CLEAR(list);
    }
    return list;
}

/* score(text, words, concepts, fields) -> (fault, resolution, familiarity, n_words, rows, counts, weights): two lists
 * of probabilities, and as bytes for each n-gram row (int64), count and weight (float64). */
static PyObject *model_score(Model *self, PyObject *const *args, Py_ssize_t n_args)
{
    Words words;
    if (n_args != 4 || !PyList_Check(args[2]) || !PyDict_Check(args[3]))
        return PyErr_Format(PyExc_TypeError, "score takes a text, its words, concepts and fields");
    if (words_read(&words, args[0], args[1]) < 0)
        return NULL;
    Found found = {.n_points = words.n_points, .n_words = words_n_grams(&words)};
    found.n = found.n_words + chars_n_grams(&words);
    double probabilities[N_LOGITS];
    PyObject *result = NULL;
    PyObject *rows = PyBytes_FromStringAndSize(NULL, found.n * 8), *counts = PyBytes_FromStringAndSize(NULL, found.n * 8),
             *weights = PyBytes_FromStringAndSize(NULL, found.n * 8);
    if (rows && counts && weights) {
        found.rows = (int64_t *)PyBytes_AS_STRING(rows);
        found.counts = (double *)PyBytes_AS_STRING(counts);
        found.weights = (double *)PyBytes_AS_STRING(weights);
        if (grams_find(&self->grams, &words, &found) == 0 &&
            linear_judge(&self->linear, &self->grams, &found, args[2], args[3], probabilities) == 0)
            result = Py_BuildValue("NNdnOOO", list_of(probabilities, N_FAULTS),
                                   list_of(probabilities + N_FAULTS, N_RESOLUTIONS), familiarity(&found),
                                   found.n_words, rows, counts, weights);
    }
    Py_XDECREF(rows);
    Py_XDECREF(counts);
    Py_XDECREF(weights);
    words_free(&words);
    return result;
}

static int rows_exist(const Grams *grams, const int64_t *rows, Py_ssize_t n)
{
    for (Py_ssize_t i = 0; i < n; i++)
        if (rows[i] < UNSEEN || rows[i] >= grams->n_words + grams->n_chars)
            return 0;
    return 1;
}

/* word_weights(text, words, rows, weights, column) -> {word: what it added to the logit}, of what `score` found. */
static PyObject *model_word_weights(Model *self, PyObject *const *args, Py_ssize_t n_args)
{
    Words words;
    if (n_args != 5 || !PyBytes_Check(args[2]) || !PyBytes_Check(args[3]))
        return PyErr_Format(PyExc_TypeError, "word_weights takes a text, its words, rows, weights and a column");
    Py_ssize_t column = PyLong_AsSsize_t(args[4]);
    if (PyErr_Occurred() || words_read(&words, args[0], args[1]) < 0)
        return NULL;
    Py_ssize_t n = words_n_grams(&words) + chars_n_grams(&words);
    const int64_t *rows = (const int64_t *)PyBytes_AS_STRING(args[2]);
    PyObject *result = NULL;
    if (column < 0 || column >= N_LOGITS || PyBytes_GET_SIZE(args[2]) != n * 8 || PyBytes_GET_SIZE(args[3]) != n * 8 ||
        !rows_exist(&self->grams, rows, n))
        PyErr_SetString(PyExc_ValueError, "rows and weights are not those of this text, or there is no such column");
    else
        result = weights_by_word(&self->grams, &words, args[1], rows, (const double *)PyBytes_AS_STRING(args[3]), column);
    words_free(&words);
    return result;
}

static PyMethodDef methods[] = {
    {"score", (PyCFunction)(void (*)(void))model_score, METH_FASTCALL, "Judge a text with its concepts and fields."},
    {"word_weights", (PyCFunction)(void (*)(void))model_word_weights, METH_FASTCALL, "Take a logit apart by word."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_new, model_new},
    {Py_tp_dealloc, model_dealloc},
    {Py_tp_methods, methods},
    {Py_tp_doc, "The compiled model, see model/linear_model.py."},
    {0, NULL},
};

PyType_Spec model_spec = {
    .name = "model.native._kernel.Model",
    .basicsize = sizeof(Model),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
