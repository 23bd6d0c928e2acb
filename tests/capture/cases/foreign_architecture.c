// {"reads": [], "writes": [], "executed": ["case"], "flags": ["-m32", "-nostdlib", "-static"], "machine": "x86_64", "gap": "architecture", "python": {"miss": ["case"]}}
void _start(void) { __asm__ volatile("int $0x80" : : "a"(1), "b"(0)); }
