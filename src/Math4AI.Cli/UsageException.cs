namespace Math4AI.Cli;

/// <summary>Invalid command-line arguments; the message says what is valid.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Makes options and checks them; their argument exceptions are mistakes in the command line.</summary>
    public static T Unless<T>(Func<T> make, Action<T> check)
    {
        try
        {
            T made = make();
            check(made);
            return made;
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter")[0]);
        }
    }
}
