using System.Reflection;
using System.Runtime.InteropServices;

namespace Math4AI.Interop;

/// <summary>Gives this assembly's P/Invokes the libraries that the start sequence loaded, and no others.</summary>
internal static class LibraryResolver
{
    private static readonly Dictionary<string, (nint Handle, string Problem)> Libraries = [];

    /// <summary>Registers the resolver; once, before the first P/Invoke of a named library.</summary>
    public static void Install() =>
        NativeLibrary.SetDllImportResolver(typeof(LibraryResolver).Assembly, Resolve);

    /// <summary>Says which file a name stands for, or why it has none.</summary>
    public static void Set(string name, nint handle, string problem) => Libraries[name] = (handle, problem);

    /// <summary>Says whether the library that a name stands for is loaded.</summary>
    public static bool IsLoaded(string name) =>
        Libraries.TryGetValue(name, out (nint Handle, string Problem) library) && library.Handle != 0;

    /// <summary>The loaded library that a name stands for.</summary>
    /// <exception cref="DllNotFoundException">It is not loaded; the message says why.</exception>
    public static nint Handle(string name) =>
        Libraries.TryGetValue(name, out (nint Handle, string Problem) library) && library.Handle != 0
            ? library.Handle
            : throw new DllNotFoundException(library.Problem ?? name);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        // A name that is not ours is left to the runtime's own search.
        return Libraries.ContainsKey(name) ? Handle(name) : 0;
    }
}
