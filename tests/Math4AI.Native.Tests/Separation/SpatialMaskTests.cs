using System.Numerics;
using Math4AI.Audio;
using Math4AI.Audio.Rooms;
using Math4AI.Separation;
using Math4AI.Separation.Quality;
using Math4AI.Separation.Rooms;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Separation;

public sealed class SpatialMaskTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void A_small_hermitian_matrix_is_the_product_of_its_factor(int order)
    {
        var random = new MersenneTwister(order);
        Complex Number() => new(random.NextDouble() - 0.5, random.NextDouble() - 0.5);
        Matrix<Complex> root = Matrix<Complex>.Build.Dense(order, order, (_, _) => Number());
        Matrix<Complex> matrix = root * root.ConjugateTranspose() + 0.1 * Matrix<Complex>.Build.DenseIdentity(order);
        Complex[] factor = matrix.ToRowMajorArray(), vector = [.. Enumerable.Range(0, order).Select(_ => Number())];
        Complex[] solved = [.. vector];
        double log = SmallComplex.Factor(factor, order);
        SmallComplex.SolveLower(factor, order, solved);
        Matrix<Complex> lower = Matrix<Complex>.Build.Dense(
            order, order, (i, j) => j > i ? Complex.Zero : factor[i * order + j]);
        Assert.True((lower * lower.ConjugateTranspose() - matrix).FrobeniusNorm() < 1e-13);
        Assert.Equal(Math.Log(matrix.Determinant().Real), log, 1e-11);
        MathNet.Numerics.LinearAlgebra.Vector<Complex> again = lower * Build(solved);
        Assert.True((again - Build(vector)).L2Norm() < 1e-13);
    }

    [Fact]
    public void Three_speakers_at_two_microphones_are_cut_out_of_the_recording_that_they_sum_to()
    {
        RoomMixture room = Three();
        float[][] parts = new SpatialMasks(room.Mixture, 3, seed: 1)
            .Separate(0, TestContext.Current.CancellationToken);
        for (int t = 0; t < room.Mixture.Length; t += 97)
        {
            Assert.Equal(room.Mixture.Channel(0)[t], parts.Sum(part => part[t]), 1e-5f);
        }

        double[][] truth = [.. room.Images.Select(image => Signal(image.Channel(0)))];
        double Sdr(Func<int, double[]> found) =>
            BssEval.Compare(truth, [.. truth.Select((_, k) => found(k))]).Sdr.Average();
        double before = Sdr(_ => Signal(room.Mixture.Channel(0))), after = Sdr(k => Signal(parts[k]));
        TestContext.Current.TestOutputHelper!.WriteLine($"{before:0.0} dB before, {after:0.0} dB after");
        Assert.True(after > before + 5.0, $"{after} dB after {before}");
    }

    [Fact]
    public void More_sources_than_microphones_are_separated_only_where_they_are_asked_for_and_that_is_said()
    {
        Recording mixture = Three().Mixture.Slice(0, 2 * 16_000);
        RoomSeparationResult Separate(RoomSeparatorOptions options) => new RoomSeparator(options).Separate(mixture);
        Assert.Contains(
            "masks",
            Assert.Throws<ArgumentException>(() => Separate(new RoomSeparatorOptions { Sources = 3 })).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(
            () => Separate(new RoomSeparatorOptions { Sources = 7, MoreThanMicrophones = true }));
        Assert.Throws<ArgumentException>(
            () => Separator.Auto(new SeparationOptions { MoreThanMicrophones = true }));
        AutoSeparationResult<Recording> found = Separator.Auto(
            new SeparationOptions { Sources = 3, MoreThanMicrophones = true }).Separate(mixture);
        Assert.Equal(3, found.Sources.Channels);
        Assert.Contains(found.Room!.Notes, note => note.Contains("mask", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits()
    {
        Recording mixture = Three().Mixture.Slice(0, 16_000);
        float[] Last() => new SpatialMasks(mixture, 3, seed: 1).Separate(0, TestContext.Current.CancellationToken)[2];
        Assert.Equal(Last(), Last());
    }

    private static RoomMixture Three() => RoomScene.Draw(
        new RoomSceneOptions { Sources = 3, Microphones = 2, Spacing = 0.2, ReverberationTime = 0.1 }, 4).Mix(
        [
            .. Enumerable.Range(1, 3).Select(
                k => Recording.Read(Repository.Data("voices", $"voice-{k}.flac")).Slice(0, 5 * 16_000)),
        ]);

    private static MathNet.Numerics.LinearAlgebra.Vector<Complex> Build(Complex[] values) =>
        MathNet.Numerics.LinearAlgebra.Vector<Complex>.Build.Dense(values);

    private static double[] Signal(ReadOnlySpan<float> samples) => Array.ConvertAll(samples.ToArray(), x => (double)x);
}
