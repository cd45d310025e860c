namespace Math4AI.Cli;

/// <summary>The user's words do not fit together; the message says what would.</summary>
internal sealed class UsageException(string message) : Exception(message);
