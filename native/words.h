/* What single bytes and the names of tags mean to next_tag.c, which alone includes this.
 *
 * The lists of names are _SPECIAL, _LOCAL, _META, _DRAWN and _ROOTS of cookiegate/gate/syntax.py, told apart by their
 * first letter and their length before any other letter is looked at.
 */

#include <stddef.h>
#include <stdint.h>

typedef unsigned char byte;

typedef struct {
    const byte *start;
    size_t size;
} text;

enum {
    SPACE = 1,
    SLASH = 2,
    CLOSE = 4,
    EQUALS = 8,
    LOWER = 16,     /* [a-z-] */
    SIMPLE = 32,    /* begins no name that asks: [c-oqrt-z] */
    REFERENCE = 64, /* & */
    BACKSLASH = 128,
    PARENTHESIS = 256, /* ( */
    SCHEME = 512,      /* : and what browsers drop from an address */
    QUOTE = 1024,
    NAME_END = SPACE | SLASH | CLOSE,
    ATTRIBUTE_END = NAME_END | EQUALS,
};

#define S (LOWER | SIMPLE)
static const uint16_t CLASS[256] = {
    ['\t'] = SPACE | SCHEME, ['\n'] = SPACE | SCHEME, ['\f'] = SPACE, ['\r'] = SPACE | SCHEME, [' '] = SPACE,
    ['/'] = SLASH, ['>'] = CLOSE, ['='] = EQUALS, ['&'] = REFERENCE, ['\\'] = BACKSLASH, ['('] = PARENTHESIS,
    [':'] = SCHEME, ['"'] = QUOTE, ['\''] = QUOTE, ['-'] = LOWER, ['a'] = LOWER, ['b'] = LOWER, ['c'] = S, ['d'] = S,
    ['e'] = S, ['f'] = S, ['g'] = S, ['h'] = S, ['i'] = S, ['j'] = S, ['k'] = S, ['l'] = S, ['m'] = S, ['n'] = S,
    ['o'] = S, ['p'] = LOWER, ['q'] = S, ['r'] = S, ['s'] = LOWER, ['t'] = S, ['u'] = S, ['v'] = S, ['w'] = S,
    ['x'] = S, ['y'] = S, ['z'] = S,
};
#undef S

/* Past all bytes of, or all but, these classes. */
static const byte *pass_all(const byte *p, const byte *end, int of) {
    while (p < end && CLASS[*p] & of) p++;
    return p;
}

static const byte *pass_but(const byte *p, const byte *end, int of) {
    while (p < end && !(CLASS[*p] & of)) p++;
    return p;
}

static int has(text value, int of) {
    const byte *end = value.start + value.size;
    return pass_but(value.start, end, of) < end;
}

/* What lets a start tag pass: never, no asking attribute, addresses of this place only, no refresh, a harmless shape, a
 * whole harmless drawing. Those of syntax.py: -, _PLAIN, _LOCAL, _META, _DRAWN, _ICON. */
enum rule { DECIDE, PLAIN, LOCAL, META, DRAWN, ICON };

static inline int is_letter(byte c) { return (byte)((c | 32) - 'a') < 26; }

/* `word` is lower case; no name holds the \r that would pass for its "-" */
static inline int same(const byte *start, const char *word, size_t size) {
    for (size_t i = 0; i < size; i++)
        if ((start[i] | 32) != (byte)word[i]) return 0;
    return 1;
}

#define IS(word) (name.size == sizeof word - 1 && same(name.start, word, sizeof word - 1))
#define BEGINS(word) (name.size >= sizeof word - 1 && same(name.start, word, sizeof word - 1))
#define ENDS(word) \
    (name.size >= sizeof word - 1 && same(name.start + name.size - (sizeof word - 1), word, sizeof word - 1))

static enum rule find_rule(text name) {
    switch (name.start[0] | 32) {
    case 'a': return IS("audio") ? LOCAL : IS("applet") ? DECIDE : PLAIN;
    case 'b': return IS("body") || IS("base") || IS("bgsound") ? DECIDE : PLAIN;
    case 'e': return IS("embed") ? DECIDE : PLAIN;
    case 'f': return IS("frame") || IS("frameset") || IS("fencedframe") ? DECIDE : PLAIN;
    case 'i': return IS("img") || IS("input") ? LOCAL : IS("iframe") || IS("image") ? DECIDE : PLAIN;
    case 'l': return IS("link") ? LOCAL : PLAIN;
    case 'm': return IS("meta") ? META : IS("math") ? DECIDE : PLAIN;
    case 'n': return IS("noscript") || IS("noembed") || IS("noframes") ? DECIDE : PLAIN;
    case 'o': return IS("object") ? DECIDE : PLAIN;
    case 'p': return IS("plaintext") || IS("portal") ? DECIDE : PLAIN;
    case 's': return IS("source") ? LOCAL : IS("svg") ? ICON : IS("script") || IS("style") ? DECIDE : PLAIN;
    case 't': return IS("track") ? LOCAL : IS("title") || IS("textarea") ? DECIDE : PLAIN;
    case 'v': return IS("video") ? LOCAL : PLAIN;
    case 'x': return IS("xmp") ? DECIDE : PLAIN;
    default: return PLAIN;
    }
}

static int is_drawn(text name) {
    switch (name.start[0] | 32) {
    case 'a': return IS("animate") || IS("animatetransform") || IS("animatemotion");
    case 'c': return IS("circle") || IS("clippath");
    case 'd': return IS("defs");
    case 'e': return IS("ellipse");
    case 'f': return IS("filter");
    case 'g': return name.size == 1;
    case 'l': return IS("line") || IS("lineargradient");
    case 'm':
        return IS("mask") || IS("metadata") || IS("marker") || IS("mrow") || IS("mstyle") || IS("msup") || IS("msub") ||
               IS("mfrac") || IS("msubsup") || IS("munder") || IS("mover") || IS("munderover") || IS("mtable") ||
               IS("mtr") || IS("mtd") || IS("msqrt") || IS("mroot") || IS("mpadded") || IS("mspace");
    case 'p': return IS("path") || IS("polygon") || IS("polyline") || IS("pattern");
    case 'r': return IS("rect") || IS("radialgradient");
    case 's': return IS("stop") || IS("symbol") || IS("switch") || IS("semantics");
    case 't': return IS("text") || IS("tspan");
    default: return 0;
    }
}

/* whose end tag may lead out of the HTML inside SVG or MathML */
static int is_root(text name) {
    return IS("svg") || IS("math") || IS("foreignobject") || IS("desc") || IS("title") || IS("annotation-xml") ||
           IS("mi") || IS("mo") || IS("mn") || IS("ms") || IS("mtext");
}
