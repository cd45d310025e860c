#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// What is in a series, and how does it go on? Carbon dioxide over Mauna Loa as a trend, seasons and what is left.
using Math4AI.Data.Tables;
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using Math4AI.Optimization;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

// Monthly means in ppm from 1959 to 1997; the last ten years are forecast from those before.
Table table = Table.Read(Find("docs/examples/co2.csv"), new TableOptions { HasComments = true });
Vector<double> year = Vector<double>.Build.Dense(table.Numbers("year"));
Vector<double> co2 = Vector<double>.Build.Dense(table.Numbers("co2"));
int ahead = 120, known = year.Count - ahead;
Matrix<double> before = year.SubVector(0, known).ToColumnMatrix();
Matrix<double> after = year.SubVector(known, ahead).ToColumnMatrix();

// The kernel and its start are those of Rasmussen and Williams (2006), section 5.4.3: deviations in ppm, length scales
// in years. Variances are in units of that of the data. The search is stopped after sixty steps.
double unit = co2.SubVector(0, known).Variance();
Kernel kernel = 66.0 * 66.0 / unit * Kernel.Rbf(67.0)
    + 2.4 * 2.4 / unit * (Kernel.Periodic(1.0, 1.3) * Kernel.Rbf(90.0))
    + 0.66 * 0.66 / unit * Kernel.RationalQuadratic(0.78, 1.2);
GaussianProcessFit fit = new GaussianProcess
{
    Kernel = kernel,
    NoiseVariance = 0.26 * 0.26 / unit,
    Standardize = false,
    Starts = 1,
    Options = new MinimizerOptions { GradientTolerance = 1e-3, MaxIterations = 60 },
}.Fit(before, co2.SubVector(0, known));
Console.WriteLine($"{fit.Kernel}, noise ± {Math.Sqrt(fit.NoiseVariance):0.00} ppm");

// Each part alone: what it spans, and its value with the deviation in January 1980.
string[] parts = ["trend", "seasons", "short term"];
Matrix<double> then = Matrix<double>.Build.Dense(1, 1, 1980.0417);
for (int part = 0; part < parts.Length; part++)
{
    Vector<double> all = fit.PredictPart(part, before).Mean;
    GaussianProcessPrediction one = fit.PredictPart(part, then);
    Console.WriteLine($"{parts[part]}: from {all.Minimum():0.0} to {all.Maximum():0.0} ppm, "
        + $"{one.Mean[0]:0.0} ± {one.Deviation[0]:0.0} in January 1980");
}

GaussianProcessPrediction forecast = fit.Predict(after);
Vector<double> errors = co2.SubVector(known, ahead) - forecast.Mean;
double inside = forecast.Coverage(co2.SubVector(known, ahead), 0.95);
Console.WriteLine($"ten years ahead: error {errors.L2Norm() / Math.Sqrt(ahead):0.0} ppm, "
    + $"{inside:0%} within the 95 % interval, which is ± {1.96 * forecast.Deviation[^1]:0.0} ppm at the end");

static string Find(string file) => new[] { Environment.CurrentDirectory, AppContext.BaseDirectory }
    .SelectMany(folder => Enumerable.Range(0, 8).Select(
        up => Path.Combine([folder, .. Enumerable.Repeat("..", up), file])))
    .First(File.Exists);
