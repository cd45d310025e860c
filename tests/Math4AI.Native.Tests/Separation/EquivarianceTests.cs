using Math4AI.Separation;
using Math4AI.Separation.Quality;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Separation;

/// <summary>The same sources in another basis are the same sources.</summary>
public class EquivarianceTests
{
    [Theory]
    [InlineData(2, 1000)]
    [InlineData(7, 1000)]
    [InlineData(10, 1500)]
    [InlineData(4, 25_000)]
    public void Minimum_mutual_information_finds_the_same_sources_in_mixings_that_differ_by_a_rotation(
        int sources, int samples) => Compare(sources, samples, seeds: 3);

    [Fact(Explicit = true)]
    [Trait("Check", "equivariance")]
    public void It_does_so_for_fifty_seeds() => Compare(7, 2000, seeds: 50);

    private static void Compare(int sources, int samples, int seeds)
    {
        double worst = 0.0;
        for (int seed = 1; seed <= seeds; seed++)
        {
            var random = new Random(seed);
            Matrix<double> signals = Mixtures.Laplace(samples, sources, seed).MapIndexed(
                (_, k, x) => k % 3 == 1 ? Math.Tanh(x) : k % 3 == 2 ? x + 0.4 * x * x : x);
            Vector<double> energies = signals.ColumnSums().MapIndexed(
                (k, sum) => (signals.Column(k) - sum / samples).PointwisePower(2.0).Sum() / samples);
            Matrix<double> Turn() =>
                Matrix<double>.Build.Dense(sources, sources, (_, _) => random.NextDouble() - 0.5).QR().Q;
            Matrix<double> mixing =
                Turn() * Matrix<double>.Build.Diagonal(sources, sources, _ => 0.5 + random.NextDouble()) * Turn();
            double[][] ratios = [.. Enumerable.Range(0, 3).Select(turn =>
            {
                Matrix<double> turned = turn == 0 ? mixing : Turn() * mixing;
                SeparationResult<Matrix<double>> found =
                    Separator.MinimumMutualInformation().Separate(signals * turned.Transpose());
                return SeparationQuality.InterferenceRatios(found.Unmixing.Matrix * turned, energies)
                    .Order().ToArray();
            })];
            worst = Math.Max(worst, Enumerable.Range(0, sources).Max(
                k => ratios.Max(each => each[k]) - ratios.Min(each => each[k])));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{worst:G3} dB at most");
        Assert.True(worst < 0.5, $"{worst} dB");
    }
}
