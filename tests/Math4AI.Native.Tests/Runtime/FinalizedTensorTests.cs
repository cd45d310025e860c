using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Math4AI.Interop;
using Math4AI.Runtime;
using TorchSharp;

namespace Math4AI.Tests.Runtime;

/// <summary>
/// What TorchSharp has left to the garbage collector may be freed while torch is about to read it: it is there until
/// then.
/// </summary>
public sealed unsafe class FinalizedTensorTests
{
    private const int Count = 1000;

    [Fact]
    public void A_number_that_the_garbage_collector_has_freed_can_still_be_read()
    {
        nint[] freed = Freed(i => (i + 0.5).ToScalar());
        var read = (delegate* unmanaged<nint, double>)Function("THSTorch_scalar_to_float64");
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(i + 0.5, read(freed[i]));
        }
    }

    [Fact]
    public void A_tensor_that_the_garbage_collector_has_freed_can_still_be_read()
    {
        nint[] freed = Freed(i => torch.zeros(i + 1));
        var size = (delegate* unmanaged<nint, long, long>)Function("THSTensor_size");
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(i + 1, size(freed[i], 0));
        }
    }

    private static nint Function(string name) =>
        NativeLibrary.GetExport(LibraryResolver.Handle(TorchSharpLibrary.Name), name);

    /// <summary>Makes objects, leaves them to the garbage collector, and returns where they were.</summary>
    private static nint[] Freed<T>(Func<int, T> make)
        where T : class
    {
        Assert.True(Compute.HasTensors);
        nint[] handles = Handles(make, out WeakReference[] objects);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.True(objects.Count(each => each.IsAlive) < Count / 10);
        return handles;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint[] Handles<T>(Func<int, T> make, out WeakReference[] objects)
        where T : class
    {
        PropertyInfo handle = typeof(T).GetProperty(
            "Handle", BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!;
        T[] made = [.. Enumerable.Range(0, Count).Select(make)];
        objects = [.. made.Select(each => new WeakReference(each))];
        return [.. made.Select(each => (nint)handle.GetValue(each)!)];
    }
}
