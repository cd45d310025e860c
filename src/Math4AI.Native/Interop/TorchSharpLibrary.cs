using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Math4AI.Interop;

/// <summary>
/// The C++ library under TorchSharp. TorchSharp's own way of loading it fails where libstdc++ is older than that of GCC
/// 13: its P/Invokes are resolved here.
/// </summary>
internal static unsafe class TorchSharpLibrary
{
    public const string Name = "LibTorchSharp";

    private static Action? prepare;

    /// <summary>
    /// Resolves TorchSharp's P/Invokes from the moment on when its assembly is loaded, which may be now.
    /// </summary>
    /// <param name="beforeTorch">Called once, before TorchSharp can open any library.</param>
    public static void Attach(Action beforeTorch)
    {
        prepare = beforeTorch;
        AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) => AttachTo(loaded.LoadedAssembly);
        foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            AttachTo(assembly);
        }

        // A program of NativeAOT has every assembly from the start, and names none of them.
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            AttachToKnown();
        }
    }

    /// <summary>Has TorchSharp open the library in its own way, and returns it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint LoadByItself()
    {
        torch.InitializeDeviceType(DeviceType.CPU);
        return NativeLibrary.Load(Name, typeof(torch).Assembly, null);
    }

    /// <summary>Sets the number of torch's threads without touching TorchSharp's classes.</summary>
    public static void SetThreads(int threads) =>
        ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(LibraryResolver.Handle(Name),
            "THSTorch_set_num_threads"))(threads);

    /// <summary>
    /// Keeps what TorchSharp's finalizers free for a second: TorchSharp leaves numbers (<c>Scalar</c>), tensors and
    /// generators to the garbage collector while torch may still be about to read them. Where this is not possible,
    /// they must be held; the library's own code holds its numbers.
    /// </summary>
    public static void DelayFinalizers()
    {
        const long Second = 1_000_000_000;
        foreach (string function in (string[])
            ["THSTorch_dispose_scalar", "THSTensor_dispose", "THSGenerator_dispose"])
        {
            _ = NativeHelper.DelayFinalizers(LibraryResolver.Handle(Name), function, Second);
        }
    }

    // A method of its own: to compile one that names the class loads its assembly.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AttachToKnown() => AttachTo(typeof(torch).Assembly);

    private static void AttachTo(Assembly assembly)
    {
        if (assembly.FullName?.StartsWith("TorchSharp,", StringComparison.Ordinal) != true
            || Interlocked.Exchange(ref prepare, null) is not { } beforeTorch)
        {
            return;
        }

        beforeTorch();
        // TorchSharp opens the library by name before its first P/Invoke. Where the search fails, the context is asked
        // last.
        AssemblyLoadContext.GetLoadContext(assembly)!.ResolvingUnmanagedDll += (_, name) => Find(name);
        try
        {
            NativeLibrary.SetDllImportResolver(assembly, (name, _, _) => Find(name));
        }
        catch (InvalidOperationException)
        {
            // The application has a resolver of its own for TorchSharp. The library that is open then is the one it
            // finds.
            _ = LibraryResolver.IsAvailable(Name);
        }
    }

    private static nint Find(string name) => name == Name ? LibraryResolver.Handle(Name) : 0;
}
