/* The extension module `model.native._kernel`; its functions and types are told in __init__.py. */
#include "kernel.h"

static int add_types(PyObject *module)
{
    PyType_Spec *specs[] = {&model_spec, &terms_spec, &patterns_spec};
    for (int i = 0; i < 3; i++) {
        PyObject *type = PyType_FromModuleAndSpec(module, specs[i], NULL);
        int failed = !type || PyModule_AddType(module, (PyTypeObject *)type) < 0;
        Py_XDECREF(type);
        if (failed)
            return -1;
    }
    return 0;
}

static PyMethodDef functions[] = {
    {"normal_form", (PyCFunction)(void (*)(void))normal_form, METH_FASTCALL,
     "Normal form of a text by a table; None where Python must do it."},
    {"settle", (PyCFunction)(void (*)(void))settle, METH_FASTCALL, "What each resolution is expected to cost."},
    {"regret", (PyCFunction)(void (*)(void))regret, METH_FASTCALL, "What choosing before knowing the fault costs."},
    {"strongest", (PyCFunction)(void (*)(void))strongest, METH_FASTCALL, "The largest weights of several dicts."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{Py_mod_exec, add_types}, {0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "model.native._kernel",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__kernel(void) { return PyModuleDef_Init(&definition); }
