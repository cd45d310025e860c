#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// The data are too many for one machine. What changes?
using Math4AI.Fitting.Linear;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.Processes;
using Math4AI.Separation;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

// One process without mpirun; with it, every process runs this program.
ProcessGroup all = ProcessGroup.Current;

// Three sources, mixed: samples × channels. Every process has, or can read, the same samples ...
var random = new Random(1);
Matrix<double> sources = Matrix<double>.Build.Dense(100_000, 3, (_, _) => Laplace.Sample(random, 0.0, 1.0));
Matrix<double> mixing = Matrix<double>.Build.DenseOfRowArrays([1.0, 0.5, 0.2], [0.3, 1.0, 0.4], [0.1, 0.6, 1.0]);
Matrix<double> mixture = sources * mixing.Transpose();

// ... goes over its share of them in every pass, and gets the sums over all.
AutoSeparationResult found = Separator.Auto().Separate(new MatrixSampleSource(mixture) { Processes = all });
Matrix<double> unmixed = found.Mixture!.Unmixing.Matrix * mixing;

// Or each has samples of its own, as many as it likes.
(long start, long end) = all.Share(mixture.RowCount);
Matrix<double> own = mixture.SubMatrix((int)start, (int)(end - start), 0, 3);
Vector<double> targets = own * Vector<double>.Build.Dense([1.0, 2.0, 3.0]) + 0.5;
LinearFit fit = new RidgeRegression { Penalty = 0.0, Processes = all }.Fit(own, targets);

if (all.IsFirst)
{
    Console.WriteLine($"{all.Description}; the first of them goes over samples {start} to {end - 1}");
    Console.WriteLine(unmixed.PointwiseAbs().NormalizeRows(double.PositiveInfinity).ToMatrixString("0.000"));
    Console.WriteLine(
        $"y = {fit.Weights[0]:0.0} a + {fit.Weights[1]:0.0} b + {fit.Weights[2]:0.0} c + {fit.Intercept:0.0}");
}
