/* From what a request holds to the probabilities of both heads. */
#include "linear.h"

#include <math.h>

static void add(double *logits, const double *coefficients, double times)
{
    for (int column = 0; column < N_LOGITS; column++)
        logits[column] += times * coefficients[column];
}

/* Row number in `list` at `i`; -1 with an exception where it is none. */
static Py_ssize_t row_of(PyObject *number, Py_ssize_t n_rows)
{
    Py_ssize_t row = PyLong_AsSsize_t(number);
    if (row >= 0 && row < n_rows)
        return row;
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_IndexError, "no such row");
    return -1;
}

static int add_concepts(const Linear *linear, PyObject *concepts, double *logits)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(concepts); i++) {
        Py_ssize_t row = row_of(PyList_GET_ITEM(concepts, i), linear->n_concepts);
        if (row < 0)
            return -1;
        add(logits, linear->concept + row * N_LOGITS, 1.0);
    }
    return 0;
}

/* Fields may move a fault logit by `field_bound` at most, see BoundedFieldsLogisticRegression. */
static int add_fields(const Linear *linear, PyObject *fields, double *logits)
{
    double added[N_LOGITS] = {0};
    PyObject *number, *value;
    Py_ssize_t place = 0;
    while (PyDict_Next(fields, &place, &number, &value)) {
        Py_ssize_t row = row_of(number, linear->n_fields);
        double times = row < 0 ? -1.0 : PyFloat_AsDouble(value);
        if (row < 0 || (times == -1.0 && PyErr_Occurred()))
            return -1;
        add(added, linear->field + row * N_LOGITS, times);
    }
    for (int column = 0; column < N_LOGITS; column++)
        logits[column] += column < N_FAULTS ? fmin(fmax(added[column], -linear->field_bound), linear->field_bound)
                                            : added[column];
    return 0;
}

static void softmax(double *values, int n, double inverse_temperature)
{
    double largest = values[0] * inverse_temperature, sum = 0.0;
    for (int i = 0; i < n; i++)
        largest = fmax(largest, values[i] *= inverse_temperature);
    for (int i = 0; i < n; i++)
        sum += values[i] = exp(values[i] - largest);
    for (int i = 0; i < n; i++)
        values[i] /= sum;
}

/* Write 6 fault and 7 resolution probabilities.
 *
 * concepts: list of rows; fields: dict from row to scaled value. -1 with an exception for a row that is none. */
int linear_judge(const Linear *linear, const Grams *grams, const Found *found, PyObject *concepts,
                 PyObject *fields, double *probabilities)
{
    double logits[N_LOGITS] = {0};
    for (Py_ssize_t i = 0; i < found->n; i++)
        if (found->rows[i] != UNSEEN)
            add(logits, grams->rows[found->rows[i]].coefficients, found->weights[i]);
    add(logits, linear->intercept, 1.0);
    if (add_concepts(linear, concepts, logits) < 0 || add_fields(linear, fields, logits) < 0)
        return -1;
    softmax(logits, N_FAULTS, linear->fault_inverse_temperature);
    for (int fault = 0; fault < N_FAULTS; fault++)
        for (int row = 0; row < N_RESOLUTIONS; row++)
            logits[N_FAULTS + row] += logits[fault] * linear->by_fault[fault * N_RESOLUTIONS + row];
    softmax(logits + N_FAULTS, N_RESOLUTIONS, linear->resolution_inverse_temperature);
    for (int column = 0; column < N_LOGITS; column++)
        probabilities[column] = logits[column];
    return 0;
}
