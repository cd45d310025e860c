namespace Math4AI.Cli;

/// <summary>Invalid command-line arguments; the message says what is valid.</summary>
internal sealed class UsageException(string message) : Exception(message);
