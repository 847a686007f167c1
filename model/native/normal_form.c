/* The normal form of a text whose characters do not influence each other. */
#include "kernel.h"

enum { N_TABLE = 0x10000, LONGEST_RUN = 3 };

/* Emoji and pictographs, which no step of the normal form changes or joins; the table ends before them. */
static int is_pictograph(Py_UCS4 point) { return point >= 0x1F300 && point <= 0x1FAFF; }

/* normal_form(table, text) -> str, or None where Python must do it.
 *
 * table: 65,536 numbers of 16 bits: the normal form of each character of the basic plane, 0 where that is not
 * one character, or depends on its neighbours. A run of more than three equal characters becomes three, one of
 * blanks becomes one, and none stand at the ends, as in model/text.py. */
PyObject *normal_form(PyObject *module, PyObject *const *args, Py_ssize_t n_args)
{
    (void)module;
    if (n_args != 2 || !PyBytes_Check(args[0]) || !PyUnicode_Check(args[1]) ||
        PyBytes_GET_SIZE(args[0]) != N_TABLE * (Py_ssize_t)sizeof(uint16_t)) {
        PyErr_SetString(PyExc_TypeError, "normal_form takes a table of 65,536 numbers and a text");
        return NULL;
    }
    const uint16_t *table = (const uint16_t *)PyBytes_AS_STRING(args[0]);
    Py_ssize_t n = PyUnicode_GET_LENGTH(args[1]), length = 0, run = 0;
    int kind = PyUnicode_KIND(args[1]);
    const void *data = PyUnicode_DATA(args[1]);
    Py_UCS4 small[256], *out = n <= 256 ? small : PyMem_New(Py_UCS4, n), last = 0;
    if (!out)
        return PyErr_NoMemory();
    PyObject *result = NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        Py_UCS4 point = PyUnicode_READ(kind, data, i);
        Py_UCS4 normal = point < N_TABLE ? table[point] : is_pictograph(point) ? point : 0;
        if (!normal) {
            result = Py_NewRef(Py_None);
            break;
        }
        run = normal == last ? run + 1 : 1;
        last = normal;
        if (normal == ' ' ? run == 1 && length : run <= LONGEST_RUN)
            out[length++] = normal;
    }
    if (length && out[length - 1] == ' ')
        length--;
    if (!result)
        result = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, out, length);
    if (out != small)
        PyMem_Free(out);
    return result;
}
