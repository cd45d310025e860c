using System.Reflection;
using System.Runtime.InteropServices;
using Math4AI.Interop;
using Math4AI.Runtime;
using TorchSharp;

namespace Math4AI.Tests.Runtime;

/// <summary>
/// A number that TorchSharp makes for a call may be freed while torch is about to read it: it is there until then.
/// </summary>
public sealed unsafe class FreedNumberTests
{
    [Fact]
    public void A_number_that_the_garbage_collector_has_freed_can_still_be_read()
    {
        Assert.True(Compute.HasTensors);
        var read = (delegate* unmanaged<nint, double>)NativeLibrary.GetExport(
            LibraryResolver.Handle(TorchSharpLibrary.Name), "THSTorch_scalar_to_float64");
        nint[] freed = [.. Enumerable.Range(0, 1000).Select(Freed)];
        for (int i = 0; i < freed.Length; i++)
        {
            Assert.Equal(i + 0.5, read(freed[i]));
        }
    }

    private static nint Freed(int i)
    {
        using Scalar number = (i + 0.5).ToScalar();
        return (nint)typeof(Scalar).GetProperty("Handle", BindingFlags.Instance | BindingFlags.NonPublic)!
            .GetValue(number)!;
    }
}
