#:project ../../src/Math4AI.Native/Math4AI.Native.csproj

// Can a convolutional network read shapes in noise? (The MNIST tutorial, on images that need no download.)
using Math4AI.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

// Each class is a pattern of 8 × 8 pixels, and each image its pattern with noise.
manual_seed(1);
Tensor patterns = randn(5, 1, 8, 8), labels = arange(600) % 5;
Tensor images = patterns[labels] + 1.5 * randn(600, 1, 8, 8);

var net = Trainer.Create(() => Sequential(
    Conv2d(1, 8, 3), BatchNorm2d(8), ReLU(), MaxPool2d(2), Flatten(), Dropout(0.2), Linear(72, 5)));
TrainingResult result = Trainer.Fit(net, (output, target) => F.cross_entropy(output, target),
    new TensorData(images[..400], labels[..400]), new TensorData(images[400..500], labels[400..500]),
    new TrainerOptions { Epochs = 10 });

double accuracy = net.forward(images[500..]).argmax(1).eq(labels[500..]).to(float64).mean().item<double>();
Console.WriteLine($"{accuracy:P0} of new images are read right, after {result.Steps} steps");
