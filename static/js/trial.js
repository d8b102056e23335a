// Two guesses for the sign-up form: the time zone from the browser, the company from the e-mail address.
const form = document.querySelector("[data-trial]");
const EVERYBODYS = /^(gmail|googlemail|outlook|hotmail|live|msn|yahoo|icloud|me|mac|aol|gmx|web|mail|proton|protonmail|fastmail|zoho|yandex)\./;

const zone = form.elements.time_zone;
zone.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

const { email, company } = form.elements;
email.addEventListener("change", () => setTimeout(guessCompany));

// Never under somebody's hands: only while the field is empty and not the one being typed in.
function guessCompany() {
  const domain = email.value.split("@")[1]?.trim().toLowerCase() ?? "";
  if (company.value || company === document.activeElement) return;
  if (!domain.includes(".") || EVERYBODYS.test(domain)) return;
  company.value = domain
    .split(".")[0]
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}
