/* Many terms as a trie, to be walked along a text. */
#ifndef REFUND_TRIAGE_TRIE_H
#define REFUND_TRIAGE_TRIE_H

#include "kernel.h"

enum { ROOT = 0, NONE = -1 };

typedef struct {
    uint64_t *edges; /* (mask + 1) node, code point, child + 1; 0 is empty. Open addressing, half full at most. */
    uint64_t mask;
    int32_t *term; /* (n_nodes) number of the term that ends at a node, or NONE */
    int32_t n_nodes;
} Trie;

int trie_make(Trie *trie, PyObject *words);
void trie_free(Trie *trie);
int32_t trie_child(const Trie *trie, int32_t node, Py_UCS4 point);

#endif
