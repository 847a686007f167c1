/* The trie: made once from a list of words, read by any number of threads. */
#include "trie.h"

enum { POINT_BITS = 21, NODE_BITS = 21 };

static uint64_t edge_of(int32_t node, Py_UCS4 point) { return (uint64_t)node << POINT_BITS | point; }

int32_t trie_child(const Trie *t, int32_t node, Py_UCS4 point)
{
    uint64_t edge = edge_of(node, point);
    for (uint64_t at = mix(edge) & t->mask; t->edges[at]; at = (at + 1) & t->mask)
        if (t->edges[at] >> (NODE_BITS + 1) == edge)
            return (int32_t)(t->edges[at] & ((1 << (NODE_BITS + 1)) - 1)) - 1;
    return NONE;
}

static int32_t add_child(Trie *t, int32_t node, Py_UCS4 point)
{
    uint64_t edge = edge_of(node, point), at = mix(edge) & t->mask;
    while (t->edges[at])
        at = (at + 1) & t->mask;
    int32_t new = t->n_nodes++;
    t->edges[at] = edge << (NODE_BITS + 1) | (uint64_t)(new + 1);
    t->term[new] = NONE;
    return new;
}

static void add_word(Trie *t, PyObject *word, int32_t number)
{
    int32_t node = ROOT;
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(word); i++) {
        Py_UCS4 point = PyUnicode_READ_CHAR(word, i);
        int32_t next = trie_child(t, node, point);
        node = next == NONE ? add_child(t, node, point) : next;
    }
    t->term[node] = number;
}

/* Make a trie, all zero before, of distinct words, none empty; a word is named by its number in the list. -1 with
 * an exception where that cannot be. */
int trie_make(Trie *t, PyObject *words)
{
    Py_ssize_t most_nodes = 1;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(words); i++) {
        PyObject *word = PyList_GET_ITEM(words, i);
        if (!PyUnicode_Check(word) || !PyUnicode_GET_LENGTH(word)) {
            PyErr_SetString(PyExc_ValueError, "want words of at least one character");
            return -1;
        }
        most_nodes += PyUnicode_GET_LENGTH(word);
    }
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
    for (Py_ssize_t number = 0; number < PyList_GET_SIZE(words); number++)
        add_word(t, PyList_GET_ITEM(words, number), (int32_t)number);
    return 0;
}

void trie_free(Trie *t)
{
    PyMem_RawFree(t->edges);
    PyMem_RawFree(t->term);
}
