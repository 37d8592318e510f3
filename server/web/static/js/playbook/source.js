/** The text with its line numbers; a line with a problem is marked by a sign, not by colour alone. */

export class Source {
  constructor(field, gutter) {
    this.field = field;
    this.gutter = gutter;
    this.marks = new Map();
    field.addEventListener("input", () => this.number());
    field.addEventListener("scroll", () => { gutter.scrollTop = field.scrollTop; });
    field.addEventListener("keydown", (event) => this.indent(event));
    this.number();
  }

  get text() {
    return this.field.value;
  }

  /** The caret's line, from 1. */
  get line() {
    return this.text.slice(0, this.field.selectionStart).split("\n").length;
  }

  number() {
    const wanted = this.text.split("\n").length;
    while (this.gutter.childElementCount > wanted) this.gutter.lastElementChild.remove();
    while (this.gutter.childElementCount < wanted) {
      const item = document.createElement("li");
      item.textContent = String(this.gutter.childElementCount + 1);
      this.gutter.append(item);
    }
    this.gutter.scrollTop = this.field.scrollTop;
  }

  mark(faults) {
    for (const item of this.gutter.querySelectorAll("[data-mark]")) delete item.dataset.mark;
    for (const { line, grave } of faults) {
      const item = this.gutter.children[line - 1];
      if (item && item.dataset.mark !== "grave") item.dataset.mark = grave ? "grave" : "hint";
    }
  }

  /** Select a line and bring it to the upper third. */
  go(line) {
    const lines = this.text.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    this.field.focus();
    this.field.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
    const row = this.gutter.firstElementChild.getBoundingClientRect().height;
    this.field.scrollTop = Math.max(0, (line - 1) * row - this.field.clientHeight / 3);
  }

  /** A new line begins where the one before did: YAML goes by indentation. */
  indent(event) {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return;
    const before = this.text.slice(0, this.field.selectionStart);
    const spaces = /^ */.exec(before.slice(before.lastIndexOf("\n") + 1))[0];
    if (!spaces) return;
    event.preventDefault();
    // Old, but the one way to write into a field that "undo" knows of.
    document.execCommand("insertText", false, `\n${spaces}`);
  }
}
