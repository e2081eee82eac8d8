/* Runs past everything in a document that needs no decision, to the next start tag that may need one.
 *
 * The same as the expressions SKIP, SKIP_INSIDE and SKIP_FOREIGN of cookiegate/gate/syntax.py in a seventh of the time.
 * They are the reference and say why a tag may be passed; this file only follows them, and tests hold the answers equal
 * byte for byte. Where it could not be compiled the gate runs on the expressions alone.
 *
 * Tags are cut as in WHATWG HTML section 13.2.5. Every pointer p into the buffer keeps p <= end, and no byte is looked
 * at more than a fixed number of times in one call.
 */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <string.h>

#include "words.h"
#include "script_end.h"

enum place { IN_HTML, INSIDE, IN_FOREIGN }; /* INSIDE: HTML that stands inside SVG or MathML */

typedef struct {
    text name, value;
    int quote; /* 0 without a value, '=' when it is not quoted */
} attribute;

/* _HERE, _DRAWN_VALUE: nothing of these classes, and no slash before another or, unless `last`, at the end. */
static int leads_nowhere(text value, int but, int last) {
    const byte *end = value.start + value.size;
    for (const byte *p = value.start; p < end; p++) {
        if (CLASS[*p] & but) return 0;
        if (*p == '/' && (p + 1 < end ? p[1] == '/' : !last)) return 0;
    }
    return 1;
}

/* _QUIET, _QUIET_STYLE */
static int is_quiet(const attribute *given) {
    text name = given->name;
    if (IS("style"))
        return (given->quote == '"' || given->quote == '\'') && !has(given->value, PARENTHESIS | REFERENCE);
    return !(IS("background") || IS("ping") || IS("attributionsrc"));
}

static int is_harmless(enum rule rule, const attribute *given) {
    text name = given->name;
    switch (rule) {
    case PLAIN: return is_quiet(given);
    case META: return !BEGINS("http-equiv") && is_quiet(given);
    case LOCAL:
        return !given->quote ||
               (given->quote != '=' && leads_nowhere(given->value, BACKSLASH | REFERENCE | SCHEME, 1));
    case DRAWN:
        return !given->quote ||
               (given->quote == '"' && leads_nowhere(given->value, BACKSLASH | REFERENCE, 0)) ||
               (given->quote == '\'' && !has(given->value, BACKSLASH | REFERENCE | SLASH));
    case ICON:
        return !BEGINS("style") &&
               (!given->quote || (given->quote == '"' && !has(given->value, PARENTHESIS | REFERENCE)));
    default: return 0;
    }
}

/* The usual attributes one by one (_SIMPLE); the rest is for pass_attributes. */
static const byte *pass_simple(const byte *p, const byte *end) {
    while (end - p > 10 && *p == ' ') {
        const byte *q = p + 1;
        int style = memcmp(q, "style=", 6) == 0;
        if (style)
            q += 5;
        else if (CLASS[*q] & SIMPLE)
            q = pass_all(q, end, LOWER);
        else
            break;
        if (end - q < 3 || q[0] != '=' || q[1] != '"') break;
        text value = {q + 2, 0};
        const byte *closing = memchr(value.start, '"', (size_t)(end - value.start));
        if (!closing) break;
        value.size = (size_t)(closing - value.start);
        if (style && has(value, PARENTHESIS | REFERENCE)) break;
        p = closing + 1;
    }
    return p;
}

/* Past the `>` of the tag whose attributes begin at p, NULL when it is unfinished. Clears `passes` where one of them
 * does not agree with the rule. */
static const byte *pass_attributes(const byte *p, const byte *end, enum rule rule, int *passes) {
    for (;;) {
        attribute given = {{NULL, 0}, {NULL, 0}, 0};
        p = pass_all(p, end, SPACE | SLASH);
        if (p == end) return NULL;
        if (*p == '>') return p + 1;
        given.name.start = p;
        p = pass_but(p + 1, end, ATTRIBUTE_END); /* a "=" that comes first belongs to the name */
        given.name.size = (size_t)(p - given.name.start);
        p = pass_all(p, end, SPACE);
        if (p == end) return NULL;
        if (*p == '=') {
            p = pass_all(p + 1, end, SPACE);
            if (p == end) return NULL;
            given.quote = CLASS[*p] & QUOTE ? *p++ : '=';
            given.value.start = p;
            p = given.quote == '=' ? pass_but(p, end, SPACE | CLOSE) : memchr(p, given.quote, (size_t)(end - p));
            if (!p) return NULL;
            given.value.size = (size_t)(p - given.value.start);
            if (given.quote != '=') p++;
        }
        if (*passes && !is_harmless(rule, &given)) *passes = 0;
    }
}

/* _USUAL: name="value" all through lets a plain tag pass where an asking attribute has no value. What stands before p
 * ends with a quote, or is the name of the tag. */
static int is_usual(const byte *p, const byte *end) {
    for (;;) {
        const byte *start = p;
        p = pass_but(p, end, QUOTE | CLOSE | EQUALS);
        if (p == end || CLASS[*p] & QUOTE) return 0;
        if (*p == '>') return 1;
        text name = {start, (size_t)(p - start)};
        if (!name.size || CLASS[p[-1]] & (SPACE | SLASH) || end - p < 2 || p[1] != '"') return 0;
        if (ENDS("style") || ENDS("background") || ENDS("ping") || ENDS("attributionsrc")) return 0;
        p = memchr(p + 2, '"', (size_t)(end - p - 2));
        if (!p) return 0;
        p++;
    }
}

static text read_name(const byte *p, const byte *end) {
    return (text){p, (size_t)(pass_but(p, end, NAME_END) - p)};
}

/* Past an end tag without anything between its name and the `>`, else NULL. */
static const byte *pass_end_tag(text name, const byte *end) {
    const byte *p = pass_all(name.start + name.size, end, SPACE);
    return p < end && *p == '>' ? p + 1 : NULL;
}

/* _ICON: past `</svg>` where nothing from p, behind the start tag, to there leads elsewhere, else NULL. */
static const byte *pass_icon(const byte *p, const byte *end) {
    while ((p = memchr(p, '<', (size_t)(end - p))) && end - p > 2) {
        int passes = 1, closes = p[1] == '/';
        p += 1 + closes;
        if (!is_letter(*p)) return NULL;
        text name = read_name(p, end);
        if (closes && IS("svg")) return pass_end_tag(name, end);
        if (!is_drawn(name)) return NULL;
        p = closes ? pass_end_tag(name, end) : pass_attributes(name.start + name.size, end, DRAWN, &passes);
        if (!p || !passes) return NULL;
    }
    return NULL;
}

/* COMMENT: past the comment that begins at p, NULL when it is none or its end is not there yet. */
static const byte *pass_comment(const byte *p, const byte *end) {
    if (end - p < 5 || memcmp(p, "<!--", 4) != 0) return NULL;
    p += 4;
    if (*p == '>') return p + 1;
    if (*p == '-' && end - p > 1 && p[1] == '>') return p + 2;
    while ((p = memchr(p, '-', (size_t)(end - p))) && end - p > 2) {
        if (p[1] == '-' && p[2] == '>') return p + 3;
        if (p[1] == '-' && p[2] == '!' && end - p > 3 && p[3] == '>') return p + 4;
        p++;
    }
    return NULL;
}

/* Past the start tag at p; NULL in `name` where it needs no decision, NULL returned where it is unfinished. */
static const byte *pass_start_tag(const byte *p, const byte *end, enum place place, text *name) {
    *name = read_name(p + 1, end);
    enum rule rule = place != IN_FOREIGN ? find_rule(*name) : is_drawn(*name) ? DRAWN : DECIDE;
    if (rule == ICON && place == INSIDE) rule = DECIDE;
    int passes = rule != DECIDE;
    const byte *given = name->start + name->size;
    if (rule == PLAIN) given = pass_simple(given, end);
    const byte *after = pass_attributes(given, end, rule, &passes);
    if (after && !passes && rule == PLAIN) passes = is_usual(given, end);
    if (after && passes && rule == ICON) {
        const byte *behind = pass_icon(after, end);
        passes = behind != NULL;
        if (behind) after = behind;
    }
    if (passes) name->start = NULL;
    return after;
}

/* Where the run from p ends: at a start tag, then `name` and `after` are set, or where `after` is NULL. */
static const byte *find_stop(const byte *p, const byte *end, enum place place, text *name, const byte **after) {
    *after = NULL;
    while ((p = memchr(p, '<', (size_t)(end - p)))) {
        if (end - p < 2) return p;
        const byte *next = NULL;
        if (is_letter(p[1])) {
            next = pass_start_tag(p, end, place, name);
            if (next && name->start) {
                *after = next;
                return p;
            }
        } else if (p[1] == '/') {
            if (end - p > 2 && is_letter(p[2])) {
                text ended = read_name(p + 2, end);
                if (place == IN_HTML || (place == INSIDE ? !is_root(ended) : is_drawn(ended)))
                    next = pass_end_tag(ended, end);
            }
        } else if (p[1] == '!') {
            if (place != IN_FOREIGN) next = pass_comment(p, end);
        } else if (p[1] != '?') {
            next = p + 1; /* a bare "<" is text */
        }
        if (!next) return p;
        p = next;
    }
    return end;
}

/* A buffer and a position in it, as every function here takes them; 0 where they are not. */
static int read_arguments(PyObject *const *given, Py_ssize_t count, const byte **begin, const byte **p,
                          const byte **end) {
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "takes a buffer and a position");
        return 0;
    }
    char *buffer;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(given[0], &buffer, &size) < 0) return 0;
    Py_ssize_t position = PyLong_AsSsize_t(given[1]);
    if (position == -1 && PyErr_Occurred()) return 0;
    *begin = (const byte *)buffer;
    *p = *begin + (position < 0 ? 0 : position > size ? size : position); /* as expressions read it */
    *end = *begin + size;
    return 1;
}

/* (tag, name as written, where it starts, where it ends), or (None, None, at, at); see cookiegate/gate/_native.pyi */
static PyObject *answer(PyObject *const *arguments, Py_ssize_t count, enum place place) {
    const byte *begin, *p, *end, *after;
    if (!read_arguments(arguments, count, &begin, &p, &end)) return NULL;
    text name = {NULL, 0};
    const byte *at = find_stop(p, end, place, &name, &after);
    PyObject *parts[4] = {NULL, NULL, PyLong_FromSsize_t(at - begin), PyLong_FromSsize_t((after ? after : at) - begin)};
    if (after) {
        parts[0] = PyBytes_FromStringAndSize((const char *)at, after - at);
        parts[1] = PyBytes_FromStringAndSize((const char *)name.start, (Py_ssize_t)name.size);
    } else {
        Py_INCREF(Py_None);
        Py_INCREF(Py_None);
        parts[0] = parts[1] = Py_None;
    }
    PyObject *stop = PyTuple_New(4);
    int whole = stop != NULL;
    for (int i = 0; i < 4; i++) {
        if (parts[i] && stop)
            PyTuple_SetItem(stop, i, parts[i]); /* takes it over */
        else
            Py_XDECREF(parts[i]);
        whole = whole && parts[i];
    }
    if (whole) return stop;
    Py_XDECREF(stop);
    return NULL;
}

static PyObject *in_html(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    return answer(arguments, count, IN_HTML);
}

static PyObject *inside(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    return answer(arguments, count, INSIDE);
}

static PyObject *in_foreign(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    return answer(arguments, count, IN_FOREIGN);
}

static PyObject *script_end(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    const byte *begin, *p, *end;
    if (!read_arguments(arguments, count, &begin, &p, &end)) return NULL;
    return PyLong_FromSsize_t(find_script_end(begin, p, end));
}

#define FUNCTION(name, text) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, text}
static PyMethodDef functions[] = {
    FUNCTION(in_html, "in_html(buffer, position, /)\n--\n\nThe next start tag that may need a decision, in HTML."),
    FUNCTION(inside, "inside(buffer, position, /)\n--\n\nThe same in HTML that stands inside SVG or MathML."),
    FUNCTION(in_foreign, "in_foreign(buffer, position, /)\n--\n\nThe same in SVG and MathML."),
    FUNCTION(script_end, "script_end(buffer, position, /)\n--\n\nWhere the usual script ends; -1, or -2: look closer."),
    {NULL, NULL, 0, NULL},
};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_native", .m_methods = functions};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&module); }
