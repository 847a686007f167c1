/* The linear model behind the n-grams: concepts, fields, the two heads, and what moved a logit. */
#ifndef REFUND_TRIAGE_LINEAR_H
#define REFUND_TRIAGE_LINEAR_H

#include "grams.h"

typedef struct {
    double *memory;        /* one piece for all arrays below */
    const double *concept; /* (n_concepts, 13) */
    const double *field;   /* (n_fields, 13) */
    const double *by_fault; /* (6, 7), what the fault probabilities add to the resolution logits */
    const double *intercept; /* (13), minus infinity for a resolution never seen in training */
    Py_ssize_t n_concepts, n_fields;
    double field_bound, fault_inverse_temperature, resolution_inverse_temperature;
} Linear;

int linear_judge(const Linear *linear, const Grams *grams, const Found *found, PyObject *concepts,
                 PyObject *fields, double *probabilities);
PyObject *weights_by_word(const Grams *grams, const Words *words, PyObject *list, const int64_t *rows,
                          const double *weights, Py_ssize_t column);

#endif
