/* `Patterns`: places where one piece of text follows another within a few characters of the same clause. */
#include "trie.h"

typedef struct {
    PyObject_HEAD
    Trie pieces;
    int32_t *first; /* (n_pieces + 1) number of the first pattern with this head; patterns are sorted by head */
    int32_t *tail;  /* (n_patterns) piece that ends each */
    PyObject *ends; /* str: characters that end a clause */
    Py_ssize_t gap; /* most characters between head and tail */
} Patterns;

typedef struct {
    Py_ssize_t start, end;
    int32_t piece;
} Place;

static int read_pairs(Patterns *self, PyObject *pairs, Py_ssize_t n_pieces)
{
    Py_ssize_t n = PyList_GET_SIZE(pairs);
    self->first = PyMem_RawCalloc(n_pieces + 1, sizeof(int32_t));
    self->tail = PyMem_RawMalloc((n + 1) * sizeof(int32_t));
    if (!self->first || !self->tail) {
        PyErr_NoMemory();
        return -1;
    }
    int before = 0, head, tail;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *pair = PyList_GET_ITEM(pairs, i);
        if (!PyTuple_Check(pair)) {
            PyErr_SetString(PyExc_TypeError, "a pattern is a pair of numbers");
            return -1;
        }
        if (!PyArg_ParseTuple(pair, "ii", &head, &tail))
            return -1;
        if (head < before || head >= n_pieces) {
            PyErr_SetString(PyExc_ValueError, "the patterns are not sorted by the number of their head");
            return -1;
        }
        self->first[head + 1]++;
        self->tail[i] = tail;
        before = head;
    }
    for (Py_ssize_t piece = 0; piece < n_pieces; piece++)
        self->first[piece + 1] += self->first[piece];
    return 0;
}

/* Patterns(pieces, pairs, gap, ends): pairs of numbers of pieces, (head, tail), sorted; a match names its pattern by
 * its number in this list. */
static PyObject *patterns_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    (void)keywords;
    PyObject *pieces, *pairs, *ends;
    Py_ssize_t gap;
    if (!PyArg_ParseTuple(args, "O!O!nU", &PyList_Type, &pieces, &PyList_Type, &pairs, &gap, &ends))
        return NULL;
    Patterns *self = (Patterns *)type->tp_alloc(type, 0); /* all zero */
    if (!self)
        return NULL;
    self->gap = gap;
    self->ends = Py_NewRef(ends);
    if (trie_make(&self->pieces, pieces) < 0 || read_pairs(self, pairs, PyList_GET_SIZE(pieces)) < 0)
        Py_CLEAR(self);
    return (PyObject *)self;
}

/* Every place of every piece, by start; NULL with an exception where memory is short. */
static Place *find_pieces(const Trie *trie, PyObject *text, Py_ssize_t *n_places)
{
    Py_ssize_t n = PyUnicode_GET_LENGTH(text), room = 64, found = 0;
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    Place *places = PyMem_New(Place, room);
    for (Py_ssize_t start = 0; places && start < n; start++) {
        int32_t node = ROOT;
        for (Py_ssize_t end = start; end < n; end++) {
            node = trie_child(trie, node, PyUnicode_READ(kind, data, end));
            if (node == NONE)
                break;
            if (trie->term[node] == NONE)
                continue;
            if (found == room) {
                Place *more = PyMem_Realloc(places, 2 * room * sizeof(Place));
                if (!more) {
                    PyMem_Free(places);
                    return (Place *)PyErr_NoMemory();
                }
                places = more;
                room *= 2;
            }
            places[found++] = (Place){start, end + 1, trie->term[node]};
        }
    }
    *n_places = found;
    return places ? places : (Place *)PyErr_NoMemory();
}

static int is_one_clause(const Patterns *self, PyObject *text, Py_ssize_t start, Py_ssize_t end)
{
    for (Py_ssize_t i = start; i < end; i++)
        if (PyUnicode_FindChar(self->ends, PyUnicode_READ_CHAR(text, i), 0, PyUnicode_GET_LENGTH(self->ends), 1) >= 0)
            return 0;
    return 1;
}

/* Append (start, end, number) of every pattern that `head` and `tail` make; -1 with an exception. */
static int append(const Patterns *self, PyObject *found, const Place *head, const Place *tail)
{
    for (int32_t i = self->first[head->piece]; i < self->first[head->piece + 1]; i++) {
        if (self->tail[i] != tail->piece)
            continue;
        PyObject *match = Py_BuildValue("nni", head->start, tail->end, (int)i);
        int failed = !match || PyList_Append(found, match) < 0;
        Py_XDECREF(match);
        if (failed)
            return -1;
    }
    return 0;
}

static PyObject *patterns_find(Patterns *self, PyObject *text)
{
    if (!PyUnicode_Check(text))
        return PyErr_Format(PyExc_TypeError, "want a text");
    Py_ssize_t n;
    Place *places = find_pieces(&self->pieces, text, &n);
    PyObject *found = places ? PyList_New(0) : NULL;
    for (Py_ssize_t i = 0; found && i < n; i++) {
        const Place *head = &places[i];
        if (self->first[head->piece] == self->first[head->piece + 1])
            continue; /* begins no pattern */
        for (Py_ssize_t j = i + 1; found && j < n && places[j].start <= head->end + self->gap; j++)
            if (places[j].start >= head->end && is_one_clause(self, text, head->end, places[j].start) &&
                append(self, found, head, &places[j]) < 0)
                Py_CLEAR(found);
    }
    PyMem_Free(places);
    return found;
}

static void patterns_dealloc(Patterns *self)
{
    PyTypeObject *type = Py_TYPE(self);
    trie_free(&self->pieces);
    PyMem_RawFree(self->first);
    PyMem_RawFree(self->tail);
    Py_XDECREF(self->ends);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef methods[] = {
    {"find", (PyCFunction)patterns_find, METH_O, "Every match of every pattern: (start, end, number)."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_new, patterns_new},
    {Py_tp_dealloc, patterns_dealloc},
    {Py_tp_methods, methods},
    {Py_tp_doc, "Finds pairs of pieces that stand near each other."},
    {0, NULL},
};

PyType_Spec patterns_spec = {
    .name = "model.native._kernel.Patterns",
    .basicsize = sizeof(Patterns),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};
