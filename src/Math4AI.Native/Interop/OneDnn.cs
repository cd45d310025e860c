using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Math4AI.Interop;

/// <summary>
/// oneDNN 3.7, which libtorch 2.10 computes convolutions with. On AMD's Zen 5 it leaves what it pads channels with as
/// it is in memory: gradients of a convolution whose channels are no multiple of 16 (of 8 with AVX2) have chance
/// numbers in them, another time NaN (ConvolutionTests). There, libtorch's own convolutions take its place.
/// </summary>
internal static unsafe class OneDnn
{
    private const int Zen5 = 0x1A;

    /// <summary>Gets whether its convolutions are wrong on this processor.</summary>
    public static bool IsFaulty => X86Base.IsSupported && Vendor() == "AuthenticAMD" && Family() >= Zen5;

    /// <summary>Has libtorch do without, where its functions for that are found.</summary>
    /// <param name="torch">libtorch_cpu, loaded.</param>
    /// <returns>Whether they are.</returns>
    public static bool TryLeave(nint torch)
    {
        // at::globalContext(), and its setUserEnabledMkldnn(bool) and setUserEnabledNNPACK(bool). NNPACK, which would
        // be asked next, does not know this processor, and says so at every convolution.
        if (!NativeLibrary.TryGetExport(torch, "_ZN2at13globalContextEv", out nint context)
            || !NativeLibrary.TryGetExport(torch, "_ZN2at7Context20setUserEnabledMkldnnEb", out nint setMkldnn)
            || !NativeLibrary.TryGetExport(torch, "_ZN2at7Context20setUserEnabledNNPACKEb", out nint setNnpack))
        {
            return false;
        }

        nint settings = ((delegate* unmanaged<nint>)context)();
        ((delegate* unmanaged<nint, byte, void>)setMkldnn)(settings, 0);
        ((delegate* unmanaged<nint, byte, void>)setNnpack)(settings, 0);
        return true;
    }

    private static string Vendor()
    {
        (_, int b, int c, int d) = X86Base.CpuId(0, 0);
        return Encoding.ASCII.GetString(
            [.. BitConverter.GetBytes(b), .. BitConverter.GetBytes(d), .. BitConverter.GetBytes(c)]);
    }

    /// <summary>The base family, to which the extended one is added where it is 15.</summary>
    private static int Family()
    {
        (int signature, _, _, _) = X86Base.CpuId(1, 0);
        int family = (signature >> 8) & 0xF;
        return family == 0xF ? family + ((signature >> 20) & 0xFF) : family;
    }
}
