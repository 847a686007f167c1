/* `Terms`: the places of many terms in a text, by walking a trie from every character. */
#include "trie.h"

typedef struct {
    PyObject_HEAD
    Trie trie;
} Terms;

/* Terms(words): distinct, none empty; a match names its word by its number in this list. */
static PyObject *terms_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    (void)keywords;
    PyObject *words;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &words))
        return NULL;
    Terms *self = (Terms *)type->tp_alloc(type, 0); /* all zero */
    if (self && trie_make(&self->trie, words) < 0)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static int append(PyObject *found, Py_ssize_t start, Py_ssize_t end, int32_t term)
{
    PyObject *match = Py_BuildValue("nni", start, end, (int)term);
    int failed = !match || PyList_Append(found, match) < 0;
    Py_XDECREF(match);
    return failed ? -1 : 0;
}

static PyObject *terms_longest(Terms *self, PyObject *text)
{
    if (!PyUnicode_Check(text))
        return PyErr_Format(PyExc_TypeError, "want a text");
    const Trie *trie = &self->trie;
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    PyObject *found = PyList_New(0);
    for (Py_ssize_t start = 0, next; found && start < n; start = next) {
        int32_t node = ROOT, longest = NONE;
        next = start + 1;
        for (Py_ssize_t end = start; end < n; end++) {
            node = trie_child(trie, node, PyUnicode_READ(kind, data, end));
            if (node == NONE)
                break;
            if (trie->term[node] != NONE) {
                longest = trie->term[node];
                next = end + 1;
            }
        }
        if (longest != NONE && append(found, start, next, longest) < 0)
            Py_CLEAR(found);
    }
    return found;
}

static void terms_dealloc(Terms *self)
{
    PyTypeObject *type = Py_TYPE(self);
    trie_free(&self->trie);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    {"longest", (PyCFunction)terms_longest, METH_O, "Terms, leftmost and longest: (start, end, number) of each."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_new, terms_new},
    {Py_tp_dealloc, terms_dealloc},
    {Py_tp_methods, methods},
    {Py_tp_doc, "Finds many terms in a text."},
    {0, NULL},
};

PyType_Spec terms_spec = {
    .name = "model.native._kernel.Terms",
    .basicsize = sizeof(Terms),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
