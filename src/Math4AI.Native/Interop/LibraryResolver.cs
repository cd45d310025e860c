using System.Runtime.InteropServices;

namespace Math4AI.Interop;

/// <summary>
/// Gives P/Invokes their libraries. A library is opened when the first of its functions is called, in the way that was
/// registered for its name.
/// </summary>
internal static class LibraryResolver
{
    // All names are registered before the first is looked up.
    private static readonly Dictionary<string, Library> Libraries = new(StringComparer.Ordinal);

    /// <summary>Registers the resolver for this assembly; once, before the first P/Invoke of a named library.</summary>
    public static void Install() =>
        NativeLibrary.SetDllImportResolver(
            typeof(LibraryResolver).Assembly, (name, _, _) => Libraries.ContainsKey(name) ? Handle(name) : 0);

    /// <summary>
    /// Registers how a library is opened: <paramref name="open"/> sets its handle or the problem, once.
    /// </summary>
    public static void Register(string name, Action open) => Libraries.Add(name, new Library(open));

    /// <summary>Says which opened library a name stands for.</summary>
    public static void SetHandle(string name, nint handle) => Libraries[name].Handle = handle;

    /// <summary>Says why a name stands for no library.</summary>
    public static void SetProblem(string name, string problem)
    {
        Libraries[name].Handle = 0;
        Libraries[name].Problem = problem;
    }

    /// <summary>Opens a library, unless that has been done, and returns whether it can be used.</summary>
    public static bool IsAvailable(string name)
    {
        Libraries[name].Open();
        return Libraries[name].Handle != 0;
    }

    /// <summary>Opens a library, unless that has been done, and returns its handle.</summary>
    /// <exception cref="DllNotFoundException">It cannot be opened; the message says why and what to do.</exception>
    public static nint Handle(string name) =>
        IsAvailable(name) ? Libraries[name].Handle : throw new DllNotFoundException(Libraries[name].Problem);

    private sealed class Library(Action open)
    {
        public Action Open { get; } = open;

        public nint Handle { get; set; }

        public string Problem { get; set; } = string.Empty;
    }
}
