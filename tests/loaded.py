"""What a fresh process has loaded once it has imported something."""

import subprocess
import sys


def loaded_with(*modules: str) -> set[str]:
    """The names of all modules, after these were imported by a process of its own."""
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(told.stdout.split())
