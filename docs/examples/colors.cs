#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// Do features learnt on many classes help with a few images of new ones? (CIFAR-10 and transfer, without a download.)
using Math4AI.Training;
using Math4AI.Training.Optimizers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

(TensorData Train, TensorData Validation) Images(int classes, int each)
{
    Tensor labels = arange(2 * classes * each) % classes,
        all = randn(classes, 3, 8, 8)[labels] + randn(labels.shape[0], 3, 8, 8);
    int half = classes * each;
    return (new TensorData(all[..half], labels[..half]), new TensorData(all[half..], labels[half..]));
}

manual_seed(3);
var features = Sequential(Conv2d(3, 16, 3), ReLU(), Conv2d(16, 16, 3), ReLU(), Flatten());
(TensorData train, TensorData rest) = Images(classes: 10, each: 30);
Trainer.Fit(Sequential(features, Linear(256, 10)), (o, t) => F.cross_entropy(o, t), train, rest, new TrainerOptions
{
    Epochs = 8,
});

// The new head is trained alone for five passes; then the features follow, at a tenth of its rate.
var net = Sequential(("features", features), ("head", Linear(256, 4)));
(train, rest) = Images(classes: 4, each: 10);
TrainingResult result = Trainer.Fit(net, (o, t) => F.cross_entropy(o, t), train, rest, new TrainerOptions
{
    Epochs = 15,
    Groups = [new ParameterGroup("features.*") { FromEpoch = 6, RateFactor = 0.1 }],
});
Console.WriteLine($"validation loss {result.History[0].ValidationLoss:0.00}, then "
    + $"{result.History.Min(epoch => epoch.ValidationLoss):0.00}");
