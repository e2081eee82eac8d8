/* Where a script ends. Most scripts hold no "<" before "</script>" that would mean anything: that is all this tells;
 * what hides inside "<!-- <script>" is left to the expressions (cookiegate/gate/rawtext.py). */

#define NOT_THERE (-1)
#define LOOK_CLOSER (-2)

/* Where "</script>" stands, from p on, with no other end tag and no comment before it. */
static Py_ssize_t find_script_end(const byte *begin, const byte *p, const byte *end) {
    while ((p = memchr(p, '<', (size_t)(end - p)))) {
        if (end - p > 1 && p[1] == '/') return end - p >= 9 && memcmp(p, "</script>", 9) == 0 ? p - begin : LOOK_CLOSER;
        if (end - p > 3 && memcmp(p, "<!--", 4) == 0) return LOOK_CLOSER;
        p++;
    }
    return NOT_THERE;
}
