// A file of its own, because the page allows no inline script.
const dark = matchMedia('(prefers-color-scheme: dark)');
const followScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', followScheme);
followScheme();

window.SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#viewer',
  deepLinking: true,
  displayRequestDuration: true,
  // One level of a shape is open, so that the page can be read without a click on each.
  defaultModelExpandDepth: 2,
  defaultModelsExpandDepth: 0,
  // Else the document would go to a public server for validation.
  validatorUrl: null,
  // A token that is entered here is forgotten with the page.
  persistAuthorization: false,
});
