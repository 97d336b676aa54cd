// Tell what the harness has found, as testharnessreport.js does to browsers.
setup({ output: false });
add_completion_callback((tests, status) => {
  const { TEST_STATUS = ["PASS", "FAIL", "TIMEOUT", "NOTRUN", "PRECONDITION_FAILED"] } = {};
  const told = tests.map((test) => [test.name, TEST_STATUS[test.status], test.message]);
  const harness = ["OK", "ERROR", "TIMEOUT", "PRECONDITION_FAILED"][status.status];
  globalThis.REPORT = { harness, message: status.message, subtests: told };
});
