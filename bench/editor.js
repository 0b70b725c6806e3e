// Put into a page by editor.py: functions that measure what a person who types would see. Times in milliseconds.

/** From each key that was pressed to the frame that shows it: its layout and paint are done when the message arrives. */
function watchKeys() {
  const times = [];
  addEventListener("keydown", ({ timeStamp, isTrusted }) => {
    if (!isTrusted) return;
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => times.push(performance.now() - timeStamp);
      painted.port2.postMessage(0);
    });
  }, true);
  window.keyTimes = times;
}

/** From the last key to the frame that shows the marks of the text as it is then. */
function watchMarks() {
  let last = 0;
  const times = [];
  addEventListener("keydown", ({ timeStamp }) => (last = timeStamp), true);
  const form = document.querySelector("#prompt-form");
  form.addEventListener("inspected", ({ detail }) => {
    const since = last;
    const [name, text] = [...detail.texts][0];
    if (new FormData(form).get(name).replaceAll("\r\n", "\n") !== text) return; // of the text before the last keys
    requestAnimationFrame(() => setTimeout(() => times.push(performance.now() - since)));
  });
  window.markTimes = times;
}
