/* Reading a text and its words out of Python objects. */
#include "kernel.h"

static int stands_at(const Words *words, Py_ssize_t at, PyObject *word, Py_ssize_t length)
{
    int kind = PyUnicode_KIND(word);
    const void *data = PyUnicode_DATA(word);
    for (Py_ssize_t i = 0; i < length; i++)
        if (words->points[at + i] != PyUnicode_READ(kind, data, i))
            return 0;
    return 1;
}

/* Find each word behind the one before it; what lies between (blanks) belongs to no word. */
static int place(Words *words, PyObject *list)
{
    Py_ssize_t at = 0;
    for (Py_ssize_t i = 0; i < words->n_words; i++) {
        PyObject *word = PyList_GET_ITEM(list, i);
        if (!PyUnicode_Check(word)) {
            PyErr_SetString(PyExc_TypeError, "a word is no text");
            return -1;
        }
        Py_ssize_t length = PyUnicode_GET_LENGTH(word), last = words->n_points - length;
        while (at <= last && !stands_at(words, at, word, length))
            at++;
        if (at > last || !length) {
            PyErr_SetString(PyExc_ValueError, "the words are not those of the text");
            return -1;
        }
        words->starts[i] = at;
        words->ends[i] = at += length;
    }
    return 0;
}

/* Fill `words` from a str and a list of str; -1 with an exception where they do not belong together. */
int words_read(Words *words, PyObject *text, PyObject *list)
{
    *words = (Words){0};
    if (!PyUnicode_Check(text) || !PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "want a text and the list of its words");
        return -1;
    }
    words->n_points = PyUnicode_GET_LENGTH(text);
    words->n_words = PyList_GET_SIZE(list);
    words->points = PyMem_New(Py_UCS4, words->n_points + 1);
    words->starts = PyMem_New(Py_ssize_t, 2 * words->n_words + 1);
    if (!words->points || !words->starts ||
        !PyUnicode_AsUCS4(text, words->points, words->n_points + 1, 1)) {
        if (!PyErr_Occurred())
            PyErr_NoMemory();
    } else {
        words->ends = words->starts + words->n_words;
        if (place(words, list) == 0)
            return 0;
    }
    words_free(words);
    return -1;
}

void words_free(Words *words)
{
    PyMem_Free(words->points);
    PyMem_Free(words->starts);
}
