"""What makes cookiegate handy in one framework, one small module each; all of it only wraps `cookiegate.current()`."""
