namespace Math4AI.Cli;

/// <summary>Invalid command-line arguments; the message says what is valid.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Runs a check of options, whose argument exceptions are mistakes in the command line.</summary>
    public static void Unless(Action check)
    {
        try
        {
            check();
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter")[0]);
        }
    }
}
