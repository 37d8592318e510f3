/** Moments in the reader's own zone and manner. */
const manner = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time[datetime]")) time.textContent = manner.format(new Date(time.dateTime));
