const answer = JSON.parse('{"__proto__": {"weights": 1}, "constructor": {"prototype": 1}, "\\u001b[31mred": 1, "\\u202e": 2, "::error::x\\n##[error]y": 3}');
export const softmax = () => answer;
