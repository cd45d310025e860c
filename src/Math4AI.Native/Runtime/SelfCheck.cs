using System.Diagnostics;
using Math4AI.Interop;
using MathNet.Numerics.IntegralTransforms;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;

namespace Math4AI.Runtime;

/// <summary>Solves small problems with known answers, one for each thing that the native libraries are for.</summary>
public static class SelfCheck
{
    private const string Reinstall = "Restore the packages and build again; if it stays, set MATH4AI_PROVIDER=managed.";
    private const string LoadSound = "See the step that loads the sound library.";

    /// <summary>Runs every check.</summary>
    /// <returns>One step a check, in the form of <see cref="Compute.StartupSteps"/>.</returns>
    public static IReadOnlyList<StartupStep> Run() =>
    [
        Check("solve a system", Reinstall, Solve),
        Check("factorise a matrix", Reinstall, Factorise),
        // Math.NET's own code compares with absolute thresholds, and is wrong here.
        .. Compute.Provider == LinearAlgebraBackend.Mkl
            ? [Check("factorise a small matrix of tiny numbers", Reinstall, FactoriseTiny)]
            : Array.Empty<StartupStep>(),
        Check("transform a signal", Reinstall, Transform),
        Check("differentiate", "Restore the package TorchSharp-cpu and build again.", Differentiate),
        Check("write and read sound", LoadSound, WriteAndReadSound),
        Check("pass frames through the ring", LoadSound, PassThroughRing),
    ];

    private static string Solve()
    {
        Matrix<double> a = Matrix<double>.Build.Random(100, 100, 1);
        Vector<double> x = Vector<double>.Build.Dense(100, i => i + 1.0);
        return Within((a.Solve(a * x) - x).InfinityNorm() / 100.0, 1e-9);
    }

    private static string Factorise()
    {
        Matrix<double> a = Matrix<double>.Build.Random(60, 40, 2);
        var svd = a.Svd();
        return Within((svd.U * svd.W * svd.VT - a).FrobeniusNorm() / a.FrobeniusNorm(), 1e-13);
    }

    private static string FactoriseTiny()
    {
        Matrix<double> a = Matrix<double>.Build.Random(3, 3, 3) * 1e-16;
        var svd = a.Svd();
        return Within((svd.U * svd.W * svd.VT - a).FrobeniusNorm() / a.FrobeniusNorm(), 1e-14);
    }

    private static string Transform()
    {
        // Five periods in an odd number of samples: one line at frequency 5, of half the samples.
        const int Length = 1001;
        var samples = new System.Numerics.Complex[Length];
        for (int t = 0; t < Length; t++)
        {
            samples[t] = Math.Cos(2.0 * Math.PI * 5 * t / Length);
        }

        Fourier.Forward(samples, FourierOptions.NoScaling);
        double error =
            samples.Select((value, k) => (value - (k is 5 or Length - 5 ? Length / 2.0 : 0.0)).Magnitude).Max();
        return Within(error / Length, 1e-13);
    }

    private static string Differentiate()
    {
        if (!Compute.HasTensors)
        {
            // TorchSharp must not be used then, because it would search for its libraries itself.
            throw new DllNotFoundException("LibTorchSharp is not loaded");
        }

        using var scope = torch.NewDisposeScope();
        torch.Tensor x = torch.tensor([1.0, 2.0, 3.0], torch.float64, requires_grad: true);
        (x * x * x).sum().backward();
        double[] gradient = x.grad!.data<double>().ToArray();
        return Within(gradient.Zip([3.0, 12.0, 27.0], (found, exact) => Math.Abs(found - exact)).Max(), 1e-12);
    }

    private static unsafe string WriteAndReadSound()
    {
        string path = Path.Combine(Path.GetTempPath(), $"math4ai-{Guid.NewGuid():N}.wav");
        float[] written = [0.0f, 0.25f, -0.5f, 1.0f];
        float[] read = new float[written.Length];
        var format = new SoundLibrary.AudioFormat { Channels = 1, SampleRate = 48000, Container = 1, Encoding = 1 };
        try
        {
            Require(SoundLibrary.WriterOpen(path, format, out WriterHandle writer));
            using (writer)
            {
                fixed (float* samples = written)
                {
                    Require(SoundLibrary.WriterWrite(writer, samples, written.Length, written.Length));
                }
            }

            Require(writer.Result);
            Require(SoundLibrary.ReaderOpen(path, out ReaderHandle reader, out _));
            using (reader)
            {
                fixed (float* samples = read)
                {
                    Require(SoundLibrary.ReaderRead(reader, samples, read.Length, read.Length, out _));
                }
            }
        }
        finally
        {
            File.Delete(path);
        }

        return Within(written.Zip(read, (a, b) => Math.Abs(a - b)).Max(), 0.0);
    }

    private static unsafe string PassThroughRing()
    {
        float[] planar = [1, 2, 3, 10, 20, 30];
        float[] interleaved = new float[6];
        Require(SoundLibrary.RingCreate(2, 4, out RingHandle ring));
        using (ring)
        {
            fixed (float* from = planar, to = interleaved)
            {
                _ = SoundLibrary.RingWritePlanar(ring.DangerousGetHandle(), from, 3, 3);
                _ = SoundLibrary.RingReadInterleaved(ring.DangerousGetHandle(), to, 3);
            }
        }

        float[] expected = [1, 10, 2, 20, 3, 30];
        return Within(expected.Zip(interleaved, (a, b) => Math.Abs(a - b)).Max(), 0.0);
    }

    private static void Require(int result)
    {
        if (result != SoundLibrary.Ok)
        {
            throw new IOException(SoundLibrary.Message(result));
        }
    }

    private static string Within(double error, double bound) =>
        error <= bound
            ? FormattableString.Invariant($"error {error:G2}")
            : throw new InvalidOperationException(
                FormattableString.Invariant($"the error is {error:G3}, and {bound:G3} is allowed"));

    private static StartupStep Check(string name, string remedy, Func<string> action)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            string detail = action();
            return new StartupStep(name, true, detail, string.Empty, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        catch (Exception e)
        {
            // Any failure is a finding. If a library is missing, the step that loads it has said what to do.
            string sentence = e.GetBaseException().Message.Split('\n')[0];
            string finding = (e is DllNotFoundException ? sentence.Split(". ")[0] : sentence).TrimEnd('.');
            return new StartupStep(name, false, finding, remedy, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }
}
