/* What the files of the native kernel share. Everything here is per call or fixed once made: no global state,
 * so any number of threads may use the same objects. */
#ifndef REFUND_TRIAGE_KERNEL_H
#define REFUND_TRIAGE_KERNEL_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

/* Columns of the model: six fault logits, then seven resolution logits (model/taxonomy.py). */
enum { N_FAULTS = 6, N_RESOLUTIONS = 7, N_LOGITS = N_FAULTS + N_RESOLUTIONS };

/* A text as code points, and where its words stand in it. */
typedef struct {
    Py_ssize_t n_points, n_words;
    Py_UCS4 *points;    /* (n_points) */
    Py_ssize_t *starts; /* (n_words), offset of each word's first code point */
    Py_ssize_t *ends;   /* (n_words), offset behind its last one */
} Words;

int words_read(Words *words, PyObject *text, PyObject *list);
void words_free(Words *words);
static inline Py_ssize_t words_n_grams(const Words *w) /* one-word and two-word runs */
{
    return w->n_words ? 2 * w->n_words - 1 : 0;
}
static inline Py_ssize_t chars_n_grams(const Words *w) /* runs of one, two and three characters */
{
    Py_ssize_t n = w->n_points;
    return n > 2 ? 3 * n - 3 : n + (n == 2);
}

/* Spread the bits of a key, so that any of them can choose a slot (the finaliser of splitmix64). */
static inline uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

PyObject *normal_form(PyObject *module, PyObject *const *args, Py_ssize_t n_args);
PyObject *settle(PyObject *module, PyObject *const *args, Py_ssize_t n_args);
PyObject *strongest(PyObject *module, PyObject *const *args, Py_ssize_t n_args);
PyObject *regret(PyObject *module, PyObject *const *args, Py_ssize_t n_args);
extern PyType_Spec model_spec, terms_spec, patterns_spec;

#endif
