/** What one could ask, by who would answer: questions about the documents that come with OrchestratAI. */

export const EXAMPLES = [
  {
    agent: "billing",
    questions: ["Can I get a refund on an annual subscription?", "How long can I try it out before I have to pay?"],
  },
  {
    agent: "technical",
    questions: ["How do I verify a webhook's signature?", "What does error E-1020 mean?"],
  },
  {
    agent: "policy",
    questions: ["In which country are our files stored?", "How soon are we told about a security incident?"],
  },
];
