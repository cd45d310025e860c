using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Math4AI.Runtime;

/// <summary>
/// Lets Math.NET's random generators work where there is no OpenSSL. Each of them draws 4 bytes from
/// System.Security.Cryptography when it is made, also one with a seed, and on Linux .NET takes these from OpenSSL and
/// ends the process where it finds none. The system's own random bytes are as good, and are there at once.
/// </summary>
internal static class MathNetSeeds
{
    /// <summary>Gives Math.NET its bytes from the system; to be called before any of its generators is made.</summary>
    public static void TakeFromSystem()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            Source(null) = new SystemBytes();
        }
        catch (Exception e) when (e is MissingFieldException or TypeLoadException)
        {
            // Another version of Math.NET, which has it elsewhere.
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "MasterRng")]
    private static extern ref RandomNumberGenerator Source(
        [UnsafeAccessorType("MathNet.Numerics.Random.RandomSeed, MathNet.Numerics")] object? ofType);

    /// <summary>Random bytes of the kernel.</summary>
    private sealed class SystemBytes : RandomNumberGenerator
    {
        /// <summary>A new identifier takes its bytes from the kernel; these of them are random in every bit.</summary>
        private const int RandomBytes = 4;

        public override void GetBytes(byte[] data)
        {
            Span<byte> identifier = stackalloc byte[16];
            for (int start = 0; start < data.Length; start += RandomBytes)
            {
                _ = Guid.NewGuid().TryWriteBytes(identifier);
                int count = Math.Min(RandomBytes, data.Length - start);
                identifier[..count].CopyTo(data.AsSpan(start));
            }
        }
    }
}
