/* The table of n-grams, and what one text finds in it. */
#ifndef REFUND_TRIAGE_GRAMS_H
#define REFUND_TRIAGE_GRAMS_H

#include "kernel.h"

/* One n-gram: two lines of cache, so finding it brings its coefficients along. */
typedef struct {
    double coefficients[N_LOGITS]; /* idf and block weight folded in */
    double squared_idf;
    uint64_t key;
    uint64_t unused;
} Row;

/* Where a key stands among the rows: open addressing. A slot holds 32 bits of the mixed key above the row's
 * number plus one; 0 is an empty slot. */
typedef struct {
    uint64_t *slots; /* (mask + 1), a power of two, at most two thirds full */
    uint64_t mask;
} Index;

typedef struct {
    Row *rows;        /* (n_words + n_chars), aligned to lines of cache */
    void *rows_memory;
    Py_ssize_t n_words, n_chars;
    Index words, chars; /* apart, since a word's key may equal a character run's */
} Grams;

/* The n-grams of one text in their order: words, pairs of words, then runs of one, two and three characters. */
typedef struct {
    Py_ssize_t n, n_words, n_points; /* all; those of words and pairs; characters of the text */
    int64_t *rows;   /* (n), UNSEEN where training has not seen it */
    double *counts;  /* (n), how often each occurs in the text; 0 where unseen */
    double *weights; /* (n), sublinear count over the block's divisor, shared out over its occurrences */
} Found;

enum { UNSEEN = -1 };

int grams_make(Grams *grams, PyObject *words, const int64_t *char_keys, Py_ssize_t n_chars,
               const double *coefficients, const double *squared_idf);
void grams_free(Grams *grams);
int grams_find(const Grams *grams, const Words *words, Found *found);

#endif
