/* `Terms`: the places of many terms in a text, by walking a trie from every character. */
#include "kernel.h"

enum { ROOT = 0, NONE = -1, POINT_BITS = 21, NODE_BITS = 21 };

typedef struct {
    PyObject_HEAD
    uint64_t *edges; /* (mask + 1) node, code point, child + 1; 0 is empty. Open addressing, half full at most. */
    uint64_t mask;
    int32_t *term; /* (n_nodes) number of the term that ends at a node, or NONE */
    int32_t n_nodes;
} Terms;

static uint64_t edge_of(int32_t node, Py_UCS4 point) { return (uint64_t)node << POINT_BITS | point; }

static int32_t child(const Terms *t, int32_t node, Py_UCS4 point)
{
    uint64_t edge = edge_of(node, point);
    for (uint64_t at = mix(edge) & t->mask; t->edges[at]; at = (at + 1) & t->mask)
        if (t->edges[at] >> (NODE_BITS + 1) == edge)
            return (int32_t)(t->edges[at] & ((1 << (NODE_BITS + 1)) - 1)) - 1;
    return NONE;
}

static int32_t add_child(Terms *t, int32_t node, Py_UCS4 point)
{
    uint64_t edge = edge_of(node, point), at = mix(edge) & t->mask;
    while (t->edges[at])
        at = (at + 1) & t->mask;
    int32_t new = t->n_nodes++;
    t->edges[at] = edge << (NODE_BITS + 1) | (uint64_t)(new + 1);
    t->term[new] = NONE;
    return new;
}

static int grow(Terms *t, PyObject *words, Py_ssize_t most_nodes)
{
    uint64_t size = 16;
    while (size < 2 * (uint64_t)most_nodes)
        size *= 2;
    t->mask = size - 1;
    t->edges = PyMem_RawCalloc(size, sizeof(uint64_t));
    t->term = PyMem_RawMalloc(most_nodes * sizeof(int32_t));
    if (!t->edges || !t->term || most_nodes >= 1 << NODE_BITS) {
        PyErr_NoMemory();
        return -1;
    }
    t->term[ROOT] = NONE;
    t->n_nodes = 1;
    for (Py_ssize_t number = 0; number < PyList_GET_SIZE(words); number++) {
        PyObject *word = PyList_GET_ITEM(words, number);
        int32_t node = ROOT;
        for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(word); i++) {
            Py_UCS4 point = PyUnicode_READ_CHAR(word, i);
            int32_t next = child(t, node, point);
            node = next == NONE ? add_child(t, node, point) : next;
        }
        t->term[node] = (int32_t)number;
    }
    return 0;
}

/* Terms(words): distinct, none empty; a match names its word by its number in this list. */
static PyObject *terms_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    (void)keywords;
    PyObject *words;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &words))
        return NULL;
    Py_ssize_t most_nodes = 1;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(words); i++) {
        PyObject *word = PyList_GET_ITEM(words, i);
        if (!PyUnicode_Check(word) || !PyUnicode_GET_LENGTH(word))
            return PyErr_Format(PyExc_ValueError, "want terms of at least one character");
        most_nodes += PyUnicode_GET_LENGTH(word);
    }
    Terms *self = (Terms *)type->tp_alloc(type, 0); /* all zero */
    if (self && grow(self, words, most_nodes) < 0)
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

/* Walk from every start. `longest`: keep the longest term of each start and go on behind it. */
static PyObject *find(const Terms *t, PyObject *text, int longest)
{
    if (!PyUnicode_Check(text))
        return PyErr_Format(PyExc_TypeError, "want a text");
    Py_ssize_t n = PyUnicode_GET_LENGTH(text);
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    PyObject *found = PyList_New(0);
    for (Py_ssize_t start = 0, next; found && start < n; start = next) {
        int32_t node = ROOT, best = NONE;
        next = start + 1;
        for (Py_ssize_t end = start; end < n; end++) {
            node = child(t, node, PyUnicode_READ(kind, data, end));
            if (node == NONE)
                break;
            if (t->term[node] == NONE)
                continue;
            if (longest) {
                best = t->term[node];
                next = end + 1;
            } else if (append(found, start, end + 1, t->term[node]) < 0) {
                Py_CLEAR(found);
                break;
            }
        }
        if (best != NONE && append(found, start, next, best) < 0)
            Py_CLEAR(found);
    }
    return found;
}

static PyObject *terms_longest(Terms *self, PyObject *text) { return find(self, text, 1); }
static PyObject *terms_every(Terms *self, PyObject *text) { return find(self, text, 0); }

static void terms_dealloc(Terms *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyMem_RawFree(self->edges);
    PyMem_RawFree(self->term);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    {"longest", (PyCFunction)terms_longest, METH_O, "Terms, leftmost and longest: (start, end, number) of each."},
    {"every", (PyCFunction)terms_every, METH_O, "All terms, overlapping or not: (start, end, number) of each."},
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
