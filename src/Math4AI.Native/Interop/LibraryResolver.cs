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

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (!Libraries.TryGetValue(name, out (nint Handle, string Problem) library))
        {
            return 0;
        }

        return library.Handle != 0 ? library.Handle : throw new DllNotFoundException(library.Problem);
    }
}
