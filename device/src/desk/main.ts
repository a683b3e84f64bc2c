// The script of the desk's form pages: one form filled whole, or many at once in a grid. Both have the one engine.
void (document.getElementById('grid') ? import('./grid/main') : import('./fill'));
