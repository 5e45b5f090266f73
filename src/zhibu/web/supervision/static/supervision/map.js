// Arrow keys walk through the boxes of a map; Tab then steps over it as a whole. Without this, Tab stops at each box.
"use strict";

(function () {
  document.querySelectorAll("table[data-arrows]").forEach(function (table) {
    const rows = Array.from(table.tBodies[0].rows, function (row) {
      return Array.from(row.cells, function (cell) {
        return cell.querySelector("a");
      });
    });
    const links = rows.flat().filter(Boolean);
    links.forEach(function (link, place) {
      link.tabIndex = place === 0 ? 0 : -1;
    });
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    table.addEventListener("keydown", function (event) {
      const step = steps[event.key];
      const cell = event.target.closest("th, td");
      if (!step || !cell || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
        return;
      }
      let row = cell.parentElement.sectionRowIndex + step[0];
      let column = cell.cellIndex + step[1];
      while (rows[row] && column >= 0 && column < rows[row].length) {
        const link = rows[row][column];
        if (link) {
          links.forEach(function (other) {
            other.tabIndex = -1;
          });
          link.tabIndex = 0;
          link.focus();
          event.preventDefault();
          return;
        }
        row += step[0];
        column += step[1];
      }
    });
  });
})();
