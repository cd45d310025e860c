using System.Numerics;
using Math4AI.LinearAlgebra.Provider;
using Math4AI.Runtime;
using MathNet.Numerics;
using MathNet.Numerics.IntegralTransforms;
using MathNet.Numerics.Providers.FourierTransform;

namespace Math4AI.Tests.LinearAlgebra;

/// <summary>
/// Math.NET's Fourier transforms on MKL against Math.NET's own, and against what every transform must satisfy.
/// </summary>
public class FourierTests
{
    private static readonly IFourierTransformProvider Native = new MklFourierTransformProvider();
    private static readonly IFourierTransformProvider Managed = ManagedFourierTransformProvider.Instance;

    public static TheoryData<int, FourierTransformScaling> Cases
    {
        get
        {
            var cases = new TheoryData<int, FourierTransformScaling>();
            foreach (int length in new[] { 1, 2, 3, 5, 8, 12, 97, 360, 1009, 1024, 40_000, 65_537 })
            {
                foreach (FourierTransformScaling scaling in Enum.GetValues<FourierTransformScaling>())
                {
                    cases.Add(length, scaling);
                }
            }

            return cases;
        }
    }

    private static Complex[] Signal(int length)
    {
        var random = new Random(length);
        return [.. Enumerable.Range(0, length).Select(
            _ => new Complex(random.NextDouble() - 0.5, random.NextDouble() - 0.5))];
    }

    private static double Distance(Complex[] a, Complex[] b) =>
        Math.Sqrt(a.Zip(b, (x, y) => (x - y).MagnitudeSquared()).Sum()
            / Math.Max(1e-300, b.Sum(x => x.MagnitudeSquared())));

    [Fact]
    public void Math_net_transforms_on_mkl_without_being_asked()
    {
        Assert.Equal(LinearAlgebraBackend.Mkl, Compute.Provider);
        Assert.IsType<MklFourierTransformProvider>(FourierTransformControl.Provider);
    }

    /// <summary>X_k from its definition; the angle is reduced in whole numbers first.</summary>
    private static Complex Definition(Complex[] x, int k, double scale) =>
        scale * x.Select((value, j) =>
            value * Complex.FromPolarCoordinates(1.0, -2.0 * Math.PI * ((long)j * k % x.Length) / x.Length))
            .Aggregate(Complex.Zero, (sum, term) => sum + term);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_length_and_scaling_agrees_with_the_definition_and_comes_back(
        int length, FourierTransformScaling scaling)
    {
        double forward = scaling switch
        {
            FourierTransformScaling.SymmetricScaling => 1.0 / Math.Sqrt(length),
            FourierTransformScaling.ForwardScaling => 1.0 / length,
            _ => 1.0,
        };
        double backAgain = scaling == FourierTransformScaling.NoScaling ? 1.0 / length : 1.0;
        double bound = 1e-15 * (10 + 10 * Math.Log2(length + 1));
        Complex[] signal = Signal(length), native = Signal(length);
        Native.Forward(native, scaling);
        double size = Math.Sqrt(native.Sum(x => x.MagnitudeSquared()) / length);
        foreach (int k in new[] { 0, 1, length / 3, length / 2, length - 1 }.Where(k => k < length).Distinct())
        {
            Assert.InRange((native[k] - Definition(signal, k, forward)).Magnitude / size, 0.0, 10 * bound);
        }

        Native.Backward(native, scaling);
        Assert.InRange(Distance([.. native.Select(x => backAgain * x)], signal), 0.0, bound);

        Complex[] managed = Signal(length);
        Managed.Forward(managed, scaling);
        Managed.Backward(managed, scaling);
        Assert.InRange(Distance([.. managed.Select(x => backAgain * x)], signal), 0.0, 1e-10);

        Complex32[] single = [.. Signal(length).Select(x => new Complex32((float)x.Real, (float)x.Imaginary))];
        Complex[] exact = [.. single.Select(x => new Complex(x.Real, x.Imaginary))];
        Native.Forward(single, scaling);
        Native.Forward(exact, scaling);
        Assert.InRange(Distance([.. single.Select(x => new Complex(x.Real, x.Imaginary))], exact), 0.0,
            6e-8 * (10 + Math.Log2(length + 1)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(1009)]
    [InlineData(4096)]
    public void Real_transforms_hold_half_of_the_complex_one_and_come_back(int length)
    {
        var random = new Random(length);
        double[] signal = [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
        double[] packed = [.. signal, .. new double[2 * (length / 2 + 1) - length]];
        float[] single = [.. packed.Select(x => (float)x)];
        Complex[] full = [.. signal.Select(x => new Complex(x, 0))];
        Native.Forward(full, FourierTransformScaling.NoScaling);
        Native.ForwardReal(packed, length, FourierTransformScaling.BackwardScaling);
        Native.ForwardReal(single, length, FourierTransformScaling.BackwardScaling);
        for (int k = 0; k <= length / 2; k++)
        {
            Assert.Equal(full[k].Real, packed[2 * k], 1e-12);
            Assert.Equal(full[k].Imaginary, packed[2 * k + 1], 1e-12);
            Assert.Equal(full[k].Real, single[2 * k], 1e-4);
        }

        Native.BackwardReal(packed, length, FourierTransformScaling.BackwardScaling);
        Native.BackwardReal(single, length, FourierTransformScaling.BackwardScaling);
        Assert.All(Enumerable.Range(0, length), i => Assert.Equal(signal[i], packed[i], 1e-14));
        Assert.All(Enumerable.Range(0, length), i => Assert.Equal(signal[i], single[i], 1e-6));
    }

    [Theory]
    [InlineData(3, 4, 1)]
    [InlineData(8, 8, 8)]
    [InlineData(5, 1, 7)]
    public void Several_dimensions_are_transformed_one_after_the_other(int first, int second, int third)
    {
        int[] dimensions = [first, second, third];
        Complex[] native = Signal(first * second * third), expected = [.. native];
        Native.ForwardMultidim(native, dimensions, FourierTransformScaling.SymmetricScaling);
        for (int offset = 0; offset < second * third; offset++)
        {
            Transform(expected, offset, second * third, first);
        }

        for (int i = 0; i < first; i++)
        {
            for (int k = 0; k < third; k++)
            {
                Transform(expected, i * second * third + k, third, second);
            }
        }

        for (int i = 0; i < first * second; i++)
        {
            Transform(expected, i * third, 1, third);
        }

        Assert.InRange(Distance(native, expected), 0.0, 1e-14);
        Native.BackwardMultidim(native, dimensions, FourierTransformScaling.SymmetricScaling);
        Assert.InRange(Distance(native, Signal(first * second * third)), 0.0, 1e-14);
    }

    private static void Transform(Complex[] data, int start, int stride, int length)
    {
        Complex[] line = [.. Enumerable.Range(0, length).Select(i => data[start + i * stride])];
        Managed.Forward(line, FourierTransformScaling.SymmetricScaling);
        for (int i = 0; i < length; i++)
        {
            data[start + i * stride] = line[i];
        }
    }

    [Fact]
    public void Dimensions_that_the_caller_changes_afterwards_are_other_dimensions()
    {
        int[] dimensions = [2, 50, 4];
        Native.ForwardMultidim(new Complex[400], dimensions, FourierTransformScaling.NoScaling);
        dimensions[1] = 3;
        Complex[] data = [.. Enumerable.Range(0, 24).Select(i => new Complex(i % 5, i % 3))];
        Complex[] expected = (Complex[])data.Clone();
        Native.ForwardMultidim(data, dimensions, FourierTransformScaling.NoScaling);
        Native.ForwardMultidim(expected, [2, 3, 4], FourierTransformScaling.NoScaling);
        Assert.Equal(expected, data);
    }

    [Fact]
    public void Energy_is_kept_and_a_tone_is_one_line()
    {
        const int Length = 1 << 15;
        Complex[] tone = [.. Enumerable.Range(0, Length).Select(
            i => Complex.FromPolarCoordinates(1.0, 2.0 * Math.PI * 1234 * i / Length))];
        Fourier.Forward(tone, FourierOptions.Default);
        Assert.Equal(Math.Sqrt(Length), tone[1234].Magnitude, 1e-9);
        Assert.Equal(Length, tone.Sum(x => x.MagnitudeSquared()), 1e-7);
    }

    [Fact]
    public void Wrong_sizes_are_refused_and_nothing_is_transformed_into_nothing()
    {
        Assert.Throws<ArgumentException>(() => Native.ForwardReal(new double[5], 6, FourierTransformScaling.NoScaling));
        Assert.Throws<ArgumentException>(
            () => Native.ForwardMultidim(new Complex[5], [2, 3], FourierTransformScaling.NoScaling));
        Assert.Throws<ArgumentNullException>(() => Native.Forward((Complex[])null!, FourierTransformScaling.NoScaling));
        Native.Forward(Array.Empty<Complex>(), FourierTransformScaling.NoScaling);
    }

    [Fact]
    public void Many_lengths_on_many_threads_stay_right()
    {
        Parallel.For(1, 200, length =>
        {
            Complex[] data = Signal(length);
            Native.Forward(data, FourierTransformScaling.BackwardScaling);
            Native.Backward(data, FourierTransformScaling.BackwardScaling);
            Assert.InRange(Distance(data, Signal(length)), 0.0, 1e-13);
        });
        Native.FreeResources();
    }
}
