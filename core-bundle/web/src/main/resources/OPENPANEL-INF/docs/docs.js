// The token people paste stays in memory: persistAuthorization would put it into local storage.
window.SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  dom_id: '#explorer',
  deepLinking: true,
  filter: true,
  docExpansion: 'none',
  operationsSorter: 'alpha',
  tagsSorter: 'alpha',
  displayRequestDuration: true,
  displayOperationId: true,
  persistAuthorization: false,
  validatorUrl: null,
});
